"""The figures: what they say, their gaps, their bytes."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import YieldFactors
from gloam.report import (
    fit_figure,
    fit_view,
    largest_excess,
    limit_figure,
    overview_figure,
    save_figure,
    significance_figure,
    write_figures,
)
from gloam.report.figures.curves import gaps, lone, thinned
from gloam.scans import Grid
from gloam.spectra import Origin, fill


def words_of(figure) -> str:
    """All text of a figure, as it is written."""
    from matplotlib.text import Text

    return "\n".join(text.get_text() for text in figure.findobj(Text))


def all_figures(channel):
    return [
        fit_figure(fit_view(channel.result, largest_excess(channel.result.z_local)), channel),
        significance_figure(channel),
        limit_figure(channel),
        overview_figure([channel]),
    ]


@pytest.mark.parametrize(("kind", "said"), [("real", "Real data: "), ("pseudo", "Pseudo-data: "), ("user", "Data: ")])
def test_every_figure_says_whose_data_it_shows(axis, kind, said, make_channel, values):
    source = "a source with $ and _ in its name"
    channel = make_channel(fill(values, axis, origin=Origin(kind, source, luminosity_fb=12.5)))
    for figure in all_figures(channel):
        lines = words_of(figure).replace(r"\$", "$").splitlines()
        assert any(line.startswith(f"{said}{source}, 12.5 ") for line in lines)


def test_an_unknown_source_is_said_to_be_so(axis, make_channel, values):
    channel = make_channel(fill(values, axis))
    assert all("Data: source not stated" in words_of(figure) for figure in all_figures(channel))


def test_the_largest_excess_is_named(channel):
    assert "Largest excess: +" in words_of(significance_figure(channel))


def test_a_long_source_is_shortened_in_the_middle(axis, tmp_path, make_channel, values):
    channel = make_channel(fill(values, axis, origin=Origin("user", f"first{'x' * 300}last")))
    for figure in all_figures(channel):
        label = next(line for line in words_of(figure).splitlines() if line.startswith("Data: first"))
        assert "..." in label
        assert label.endswith("last")
        save_figure(figure, tmp_path, "long")
        axes = figure.findobj(lambda artist: hasattr(artist, "get_subplotspec"))[0]
        assert axes.get_position().width > 0.8


def test_the_fit_figure_has_its_numbers(channel):
    view = fit_view(channel.result, largest_excess(channel.result.z_local))
    words = words_of(fit_figure(view, channel))
    assert f"{channel.result.mass[view.row]:.2f} GeV" in words
    assert f"= {view.n_sig:.0f} ± {view.n_sig_err:.0f}" in words
    assert f"= +{view.z_local:.1f}" in words
    assert "Events / (5 MeV)" in words
    assert channel.observable_label in words


def test_the_limit_figure_states_its_convention(channel, axis, make_channel, values):
    words = words_of(limit_figure(channel))
    assert r"90% CL, $\mathrm{CL_s}$, asymptotic, one-sided" in words
    assert "(68%)" in words
    assert "(95%)" in words
    profile = make_channel(fill(values, axis), method="profile")
    assert "90% CL, profile likelihood, asymptotic, one-sided" in words_of(limit_figure(profile))


def test_limits_without_expectation_have_no_bands(channel):
    bare = dataclasses.replace(channel.limits, expected=np.full_like(channel.limits.expected, np.nan))
    figure = limit_figure(dataclasses.replace(channel, limits=bare))
    assert "Expected" not in words_of(figure)
    assert not figure.axes[0].collections


@pytest.mark.parametrize(
    ("factors", "label"),
    [
        (YieldFactors(), r"$n_\mathrm{sig}$"),
        (YieldFactors(12.5), r"$n_\mathrm{sig}$"),
        (YieldFactors(12.5, 0.2), r"$\sigma_\mathrm{visible} \times \mathcal{B}$ [fb]"),
        (YieldFactors(12.5, 0.2, 0.5), r"$\sigma_\mathrm{visible}$ [fb]"),
        (YieldFactors(12.5, 0.2, None, 0.9), r"$\sigma_\mathrm{Born} \times \mathcal{B}$ [fb]"),
        (YieldFactors(12.5, 0.2, 0.5, 0.9), r"$\sigma_\mathrm{Born}$ [fb]"),
        # limits of up to 99.9 events
        (YieldFactors(1e7, 0.2, 0.5, 0.9), r"$\sigma_\mathrm{Born}$ [$10^{-4}$ fb]"),
        (YieldFactors(1e-6, 0.2, 0.5, 0.9), r"$\sigma_\mathrm{Born}$ [$10^{9}$ fb]"),
    ],
)
def test_the_limit_figure_says_what_is_limited(channel, factors, label):
    figure = limit_figure(dataclasses.replace(channel, factors=factors))
    assert figure.axes[0].get_ylabel() == f"Upper limit on {label}"


def test_the_limit_figure_shows_cross_sections_where_they_are_known(in_fb):
    axes = limit_figure(in_fb).axes[0]
    observed = next(line for line in axes.lines if len(line.get_xdata()) == in_fb.result.mass.size)
    by_hand = in_fb.limits.observed / (12.5 * (0.1 + 0.2 * (in_fb.result.mass - 1)) * 0.9)
    np.testing.assert_allclose(observed.get_ydata(), by_hand, rtol=1e-12)


def test_numbers_beside_a_power_of_ten(channel, tmp_path):
    figure = limit_figure(dataclasses.replace(channel, factors=YieldFactors(1e9, 0.2)))
    save_figure(figure, tmp_path, "small")
    numbers = [float(text.get_text()) for text in figure.axes[0].get_yticklabels() if text.get_text()]
    assert numbers[0] == 0
    assert 1 <= max(numbers) < 20


def test_palettes(channel):
    def colours(name):
        collections = limit_figure(channel, name).axes[0].collections
        return {tuple(collection.get_facecolor()[0]) for collection in collections if len(collection.get_facecolor())}

    assert not colours("hep") & colours("colour-blind")
    with pytest.raises(InputError, match="hep or colour-blind"):
        limit_figure(channel, "rainbow")


def test_limits_are_logarithmic_where_they_span_decades(channel):
    assert limit_figure(channel).axes[0].get_yscale() == "linear"
    observed = np.geomspace(1, 100, channel.limits.observed.size)
    wide = dataclasses.replace(channel, limits=dataclasses.replace(channel.limits, observed=observed))
    assert limit_figure(wide).axes[0].get_yscale() == "log"


def test_vetoed_masses_are_gaps(vetoed):
    figure = significance_figure(vetoed)
    curve = max(figure.axes[0].lines, key=lambda line: len(line.get_xdata()))
    x, y = curve.get_data()
    np.testing.assert_array_equal(np.isnan(y), (x > 1.6 + 1e-9) & (x < 1.65 - 1e-9))
    assert "No fit" in words_of(figure)


def test_a_single_hypothesis_is_drawn(axis, tmp_path, make_channel, values):
    channel = make_channel(fill(values, axis), grid=Grid.of(np.array([1.5])))
    assert len(write_figures([channel], tmp_path)) == 8
    markers = [line for line in limit_figure(channel).axes[0].lines if line.get_marker() in ("o", "_")]
    assert len(markers) == 2


def test_an_empty_spectrum_is_drawn_without_extremes(empty, tmp_path):
    assert len(write_figures([empty], tmp_path)) == 8
    assert "Largest" not in words_of(significance_figure(empty))


def test_a_channel_without_any_fit_has_no_fit_figure(axis, tmp_path, make_channel, values):
    channel = make_channel(fill(values, axis), vetoes=((1.05, 1.95),))
    names = {path.name for path in write_figures([channel], tmp_path)}
    assert names == {"low_significance.png", "low_significance.pdf", "low_limit.png", "low_limit.pdf"}
    assert "No certified fit" in words_of(significance_figure(channel))
    assert "No limit" in words_of(limit_figure(channel))


def test_names_of_files(channel, vetoed, tmp_path):
    odd = dataclasses.replace(channel, name="a/b c")
    names = [path.name for path in write_figures([odd, vetoed], tmp_path) if path.suffix == ".png"]
    kinds = ["fit", "significance", "limit"]
    assert names == [*(f"a-b-c_{k}.png" for k in kinds), *(f"high_{k}.png" for k in kinds), "overview.png"]


def test_an_overview_of_many_channels_shows_the_largest_excesses(channel, vetoed):
    figure = overview_figure([channel, vetoed] * 4)
    assert "6 channels with the largest excesses of 8" in words_of(figure)


SAME_BYTES = """
import runpy, sys
from pathlib import Path
from gloam.report import write_figures
from gloam.spectra import fill, uniform_axis
helpers = runpy.run_path(sys.argv[2])
spectrum = fill(helpers["events"](), uniform_axis(1.0, 2.0, bins=200), origin=helpers["ORIGIN"])
write_figures([helpers["channel_of"](spectrum)], Path(sys.argv[1]))
"""


def test_the_same_run_gives_the_same_bytes_in_another_process(channel, tmp_path):
    here = write_figures([channel], tmp_path / "here")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}
    command = [sys.executable, "-c", SAME_BYTES, str(tmp_path / "there"), str(Path(__file__).with_name("conftest.py"))]
    subprocess.run(command, env=environment, check=True)
    assert len(here) == 8
    for path in here:
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_a_figure_saved_twice_gives_the_same_bytes(channel, tmp_path):
    figure = significance_figure(channel)
    first = [path.read_bytes() for path in save_figure(figure, tmp_path, "one")]
    assert [path.read_bytes() for path in save_figure(figure, tmp_path, "one")] == first


def test_the_user_keeps_settings_and_pyplot(channel):
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    before = dict(mpl.rcParams)
    with mpl.rc_context({"font.size": 31}):
        figure = significance_figure(channel)
        assert mpl.rcParams["font.size"] == 31
    assert dict(mpl.rcParams) == before
    assert not plt.get_fignums()
    assert figure.axes[0].xaxis.label.get_fontsize() < 20


def test_importing_the_room_is_light():
    code = "import sys, gloam.report; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"matplotlib", "mplhep", "scipy"} & set(done.stdout.split())


def test_gaps_and_lone_points():
    x, y = np.arange(7.0), np.array([np.nan, 1, 2, np.nan, 3, np.nan, np.nan])
    assert gaps(x, y) == [(0.0, 1.0), (2.0, 4.0), (4.0, 6.0)]
    assert lone(y).tolist() == [False, False, False, False, True, False, False]


def test_thinning_keeps_extremes_ends_and_gaps():
    x = np.arange(100_000.0)
    y = np.sin(x)
    y[31_234], y[71_111] = 50.0, -50.0
    y[40_000:40_010] = np.nan
    kept = thinned(x, y, columns=500)
    assert kept.size < 2100
    assert {0, 31_234, 71_111, 99_999, 39_999, 40_010} <= set(kept.tolist())
    assert np.isnan(y[kept]).any()
    assert (np.diff(kept) > 0).all()
    np.testing.assert_array_equal(thinned(x[:100], y[:100]), np.arange(100))


def test_thousands_of_masses_make_a_small_file(channel, tmp_path):
    size = 9788
    random = np.random.default_rng(1)
    observed = random.uniform(5, 80, size)
    expected = np.sort(random.uniform(10, 60, (size, 5)), axis=1)
    limits = dataclasses.replace(channel.limits, observed=observed, expected=expected)
    grid = Grid.of(np.linspace(1.1, 1.9, size))
    result = dataclasses.replace(channel.result, setup=dataclasses.replace(channel.result.setup, grid=grid))
    figure = limit_figure(dataclasses.replace(channel, result=result, limits=limits))
    for path in save_figure(figure, tmp_path, "many"):
        assert path.stat().st_size < 1_000_000
