"""The figure of a plane of mass and coupling."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation.exclusions import OURS, Curve, Exclusion, coupling_plane, preferred_band
from gloam.report import exclusion_figure, write_figure


def words_of(figure) -> str:
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.fixture
def ours():
    curve = Curve(np.array([1.0, 5.0]), np.array([1e-3, 4e-3]), 2)
    return Exclusion("gloam (pseudo-data)", "curve", "g'", "a run", 0.90, "2026-11", OURS, curve)


def test_every_curve_is_named_with_its_level():
    figure = exclusion_figure(coupling_plane("alp-photon"))
    words = words_of(figure)
    assert "95% CL" in words
    assert "LEP, recast 2015, CL not stated" in words
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_regions_are_shaded_and_curves_are_not():
    from matplotlib.patches import Polygon

    plane = coupling_plane("alp-photon")
    (axes,) = exclusion_figure(plane).axes
    regions = [each for each in plane.exclusions if each.kind == "region"]
    assert len([patch for patch in axes.patches if isinstance(patch, Polygon)]) == len(regions)


def test_other_quantities_are_left_out():
    assert "cross section" not in words_of(exclusion_figure(coupling_plane("alp-photon")))


def test_a_statement_is_written_and_nothing_is_shaded_for_it():
    from matplotlib.collections import PolyCollection

    figure = exclusion_figure(coupling_plane("zprime"))
    (axes,) = figure.axes
    assert "fully invisible Z' excluded as the origin of (g-2)" in words_of(figure)
    assert not axes.patches
    assert not axes.findobj(PolyCollection)
    bars = [line for line in axes.lines if line.get_transform() == axes.get_xaxis_transform()]
    np.testing.assert_allclose(bars[0].get_xdata(), [0.8, 5.0])


def test_our_own_limit_is_drawn_in_front(ours):
    figure = exclusion_figure(coupling_plane("zprime"), [ours])
    (axes,) = figure.axes
    assert "gloam (pseudo-data), 90% CL" in words_of(figure)
    front = max(axes.lines[:3], key=lambda line: line.get_zorder())
    np.testing.assert_allclose(front.get_ydata(), [1e-3, 4e-3])


def test_a_dated_band_is_hatched_and_named():
    """The 2021 band of (g-2) of the muon at 1 GeV is 3.93e-3 to 6.55e-3; here it is taken as straight."""
    plane = coupling_plane("zprime")
    band = preferred_band("(g-2) of the muon, 2021", lambda m: (3.93e-3 * m, 6.55e-3 * m), plane, "papers", "2021-04")
    figure = exclusion_figure(plane, [band])
    assert "(g-2) of the muon, 2021" in words_of(figure)
    assert any(each.get_hatch() for each in figure.axes[0].collections)


def test_the_range_of_a_first_window_is_drawn_from_the_edge_of_the_axes():
    figure = exclusion_figure(coupling_plane("zprime"))
    (stairs,) = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 70]
    assert 0 < stairs.get_xdata()[0] < 0.1


def test_a_plane_with_nothing_to_draw_is_refused():
    with pytest.raises(InputError, match="figure of leptophilic-scalar"):
        exclusion_figure(coupling_plane("leptophilic-scalar"))


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".PNG"])
def test_one_file_of_the_kind_that_its_name_says(tmp_path, suffix):
    path = write_figure(exclusion_figure(coupling_plane("dark-higgsstrahlung")), tmp_path / f"map{suffix}")
    assert path.read_bytes()[:4] in {b"\x89PNG", b"%PDF"}
    assert [each.name for each in tmp_path.iterdir()] == [f"map{suffix}"]


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"ends in \.png or \.pdf"):
        write_figure(exclusion_figure(coupling_plane("dark-higgsstrahlung")), tmp_path / "map.svg")


def test_what_is_long_still_fits(ours):
    """Twenty more curves get other colours or lines, and a name each."""
    plane = coupling_plane("zprime")
    many = [dataclasses.replace(ours, name=f"x{i}", licence="published facts") for i in range(20)]
    axes = exclusion_figure(plane, many).axes[0]
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.lines if line.get_zorder() == 3}
    assert len(looks) == 22
