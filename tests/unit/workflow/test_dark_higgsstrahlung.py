"""belle2_dark_higgsstrahlung: windows in the plane of two masses, from pseudo-data to epsilon^2 alpha_D."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.spectra import with_flow
from gloam.statistics.elsewhere import window_toys
from gloam.theory.dark_higgsstrahlung import cross_section
from gloam.theory.models import decay_fraction
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.counting_data import expected_signal, pseudo_counts
from gloam.workflow.declaring_counts import channel_windows, counted_hypotheses, expected_backgrounds
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.projection import project_run
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.run_counts import count_channel

FULL = load_search("belle2_dark_higgsstrahlung")
CHANNEL = FULL.channels[0].model_copy(update={"step": 6.0})
SEARCH = FULL.model_copy(update={"channels": (CHANNEL,)})
"""One window in 36: the same steps in a fraction of the time."""


@pytest.fixture(scope="module")
def result():
    return run(SEARCH, seed=3)


@pytest.fixture(scope="module")
def channel(result):
    return result.channels[0]


def test_at_least_9000_windows_cover_the_plane_below_the_diagonal():
    assert counted_hypotheses(FULL) >= 9000
    windows = channel_windows(FULL, FULL.channels[0])
    assert (windows.mass2 <= windows.mass + 1e-6).all()
    assert (windows.mass + windows.mass2 < 10.58).all()
    assert windows.kind == "ellipse"


def test_overlapping_windows_share_their_bins():
    windows = channel_windows(FULL, FULL.channels[0])
    covered = windows.take(np.arange(0, len(windows), 50)).sums(np.ones(windows.shape))
    assert covered.min() >= 30  # bins: enough for the shape of an ellipse


def test_resolutions_are_the_half_axes(channel):
    found, windows = prepared_counts(SEARCH)["mumu"], channel.result.windows
    sigma = found.resolution(np.stack([windows.position, windows.position2], axis=1))
    np.testing.assert_allclose(windows.half_width, 2 * sigma[:, 0], rtol=1e-9)
    np.testing.assert_allclose(windows.half_width2, 2 * sigma[:, 1], rtol=1e-9)


def test_backgrounds_are_in_their_places():
    """Photons that are lost make a ridge at zero recoil mass; tau pairs lie at large ones."""
    expected, axes = expected_backgrounds(SEARCH, CHANNEL), channel_windows(SEARCH, CHANNEL).axes
    along = {name: (each.sum(axis=0) @ axes[1].centers) / each.sum() for name, each in expected.items()}
    assert abs(along["mumugamma, photon lost"]) < 1.0
    assert along["tautau mumu"] > 9.0
    assert sum(each.sum() for each in expected.values()) > 1000


def test_limits_on_the_coupling_are_those_on_the_cross_section_over_theory(channel):
    in_fb, couplings, counts = channel.cross_section, channel.coupling_limits, channel.result
    unit = cross_section(counts.mass, counts.mass2) * decay_fraction("dark-photon", "mumu")(counts.mass)
    np.testing.assert_allclose(couplings.observed, in_fb.observed / unit, rtol=1e-9)
    np.testing.assert_allclose(couplings.expected[:, 2], in_fb.expected[:, 2] / unit, rtol=1e-9)
    assert couplings.name == "epsilon^2 alpha_D"


def test_the_comparison_is_with_ranges_and_has_no_ratio(result):
    published = summary(result)["published"]
    assert published["median_ratio"] is None
    assert published["limits"]["cross section"]["published"] == [1.7, 5.0]
    assert published["limits"]["coupling"]["points"] == published["points"] > 50


def test_a_run_comes_back_from_its_files(result, channel, tmp_path):
    write_run(result, tmp_path, figures=False)
    back = load_run(tmp_path, SEARCH).channels[0]
    np.testing.assert_allclose(back.coupling_limits.observed, channel.coupling_limits.observed, rtol=1e-12)
    np.testing.assert_allclose(back.z_local, channel.z_local, rtol=1e-9, atol=1e-12)


def test_projections_have_couplings_that_improve_like_cross_sections(result):
    rows = project_run(result, 834.0)["limits"]
    now = result.channels[0].coupling_limits.expected[:, 2]
    later = np.array([row["coupling_ul_exp_0"] for row in rows])
    assert (later < now).all()
    # at best 1/L, but that median counts are whole numbers; at worst the uncertainty of the background is a floor
    assert 1.2 < np.median(now / later) < 110


def test_toys_of_the_plane_have_larger_significances_than_one_window(channel):
    made = window_toys(channel.result, 40, seed=5)
    assert np.median(made.largest) > 1.5


def test_a_signal_is_found_where_it_is():
    """Forty events of a signal in the bins where its simulation puts them."""
    found, spectrum = prepared_counts(SEARCH)["mumu"], pseudo_counts(SEARCH, CHANNEL, 4, None)
    windows = channel_windows(SEARCH, CHANNEL)
    row = int(np.argmin(np.hypot(windows.mass - 7.0, windows.mass2 - 1.5)))
    shape = found.signal_in_bins(np.array([windows.mass[row], windows.mass2[row]]))
    counts = spectrum.values() + np.random.default_rng(1).poisson(40 * shape / shape.sum())
    shifted = dataclasses.replace(spectrum, contents=with_flow(counts, spectrum.axes))
    counted = count_channel(SEARCH, CHANNEL, shifted)
    assert int(np.nanargmax(counted.z_local)) == row
    assert counted.z_local[row] > 4


def test_an_injected_signal_is_the_largest_excess():
    """With both masses and the coupling; the background stays as it was."""
    windows = channel_windows(SEARCH, CHANNEL)
    row = int(np.argmin(np.hypot(windows.mass - 7.0, windows.mass2 - 1.5)))
    at = float(windows.mass[row]), float(windows.mass2[row])
    found = run(SEARCH, seed=4, inject=(*at, 2e-6)).channels[0]
    assert int(np.nanargmax(found.z_local)) == row
    without = pseudo_counts(SEARCH, CHANNEL, 4, None).values()
    added = found.result.spectrum.values() - without
    assert added.min() >= 0
    expected = expected_signal(SEARCH, CHANNEL, Injection(at[0], 2e-6, at[1])).sum()
    assert abs(added.sum() - expected) < 4 * np.sqrt(expected)
    assert "and coupling 2e-06" in found.result.spectrum.origin.source


@pytest.mark.parametrize(
    ("signal", "words"),
    [((7.0, 1e-6), "two masses"), ((2.0, 1.0, 1e-6), "3 to 10.1"), ((9.0, 4.0, 1e-6), "between simulated"),
     ((7.0, 1.5, -1.0), "coupling of at least 0"), ((7.0,), "1 numbers")],
)  # fmt: skip
def test_signals_that_no_window_holds_are_refused(signal, words):
    with pytest.raises(InputError, match=words):
        run(SEARCH, inject=signal)


def test_a_search_of_one_mass_refuses_a_second_one():
    with pytest.raises(InputError, match="a search of two masses"):
        run("belle2_alp_3gamma", inject=(3.0, 1.0, 1e-3))
    with pytest.raises(InputError, match="one mass"):
        run("belle2_zprime_invisible_2018", inject=(3.0, 1.0, 1e-3))
