"""Prospects: several searches of one model, today and projected, in one plane."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.report import exclusion_figure
from gloam.workflow import run
from gloam.workflow.projection import project_run
from gloam.workflow.prospects import prospect_planes, searches_with_luminosity


@pytest.fixture(scope="module")
def runs():
    return [run(name, seed=1) for name in ("belle2_dark_photon_visible", "belle2_single_photon")]


@pytest.fixture(scope="module")
def projections(runs):
    return [project_run(each, luminosity) for each in runs for luminosity in (1000.0, 10_000.0)]


def test_searches_without_a_luminosity_cannot_be_projected():
    names = searches_with_luminosity()
    assert {"belle2_alp_3gamma", "belle2_single_photon"} <= set(names)
    assert "cms_dimuon" not in names


def test_one_plane_holds_all_searches_of_a_model(runs, projections):
    (model,) = planes = prospect_planes(runs, projections)
    assert model == "dark-photon"
    _, ours = planes[model]
    assert [each.name for each in ours] == [
        "gloam belle2_dark_photon_visible (expected, pseudo-data)",
        "gloam belle2_dark_photon_visible, projected to 1 ab^-1",
        "gloam belle2_dark_photon_visible, projected to 10 ab^-1",
        "gloam belle2_single_photon (expected, pseudo-data)",
        "gloam belle2_single_photon, projected to 1 ab^-1",
        "gloam belle2_single_photon, projected to 10 ab^-1",
    ]
    assert {each.note for each in ours} == {"", "Systematic uncertainties: fixed."}


def test_more_data_exclude_more(runs, projections):
    """With much background a coupling that enters as a square gains with the fourth root of the luminosity."""
    _, ours = prospect_planes(runs, projections)["dark-photon"]
    for now, later, latest in (ours[:3], ours[3:]):
        mass = np.linspace(2.0, 7.0, 20)
        gain = now.content.at(mass) / later.content.at(mass)
        known = np.isfinite(gain)
        factor = 10 if "visible" in now.name else 50
        assert np.median(gain[known]) == pytest.approx(factor**0.25, rel=0.05)
        assert np.nanmedian(later.content.at(mass) / latest.content.at(mass)) == pytest.approx(10**0.25, rel=0.05)


def test_each_run_has_a_colour_and_each_curve_a_line(runs, projections):
    plane, ours = prospect_planes(runs, projections)["dark-photon"]
    figure = exclusion_figure(plane, ours)
    drawn = [line for line in figure.axes[0].lines if line.get_zorder() == 4]
    looks = [(line.get_color(), line.get_linestyle()) for line in drawn]
    assert len(set(looks)) == len(looks) == 6
    assert len({colour for colour, _ in looks}) == 2


def test_runs_without_a_coupling_have_no_figure():
    found = run("cms_dimuon")
    with pytest.raises(InputError, match="no limits on a coupling"):
        prospect_planes([found], [])
