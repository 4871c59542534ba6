"""belle2_zprime_invisible_2018 from pseudo-data to limits on the coupling, and from files of every stage."""

import dataclasses
import json

import numpy as np
import pytest

from gloam.detector import simulate
from gloam.errors import InputError
from gloam.events import write_columns
from gloam.generation import generate, make_process
from gloam.interpretation import read_limits, recast, result_of_run
from gloam.scans import CountingScan, count_windows
from gloam.searches import load_search
from gloam.selection import select
from gloam.statistics import counting_scan_limits
from gloam.theory import production
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.counting_data import expected_signal, pseudo_counts, user_counts
from gloam.workflow.coupling import model_coupling
from gloam.workflow.declaring_counts import channel_windows, declare_counts, expected_backgrounds
from gloam.workflow.prepared import prepared_counts
from gloam.workflow.projection import project_run
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.run_counts import count_channel

FULL = load_search("belle2_zprime_invisible_2018")
COARSE = tuple(channel.model_copy(update={"step": 12.0}) for channel in FULL.channels)
SEARCH = FULL.model_copy(update={"channels": COARSE, "cross_checks": FULL.cross_checks[2:]})
"""Every sixth window, and one cross-check: the same steps in a tenth of the time."""
MUMU, EMU = SEARCH.channels


@pytest.fixture(scope="module")
def result():
    return run(SEARCH, seed=3)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    directory = tmp_path_factory.mktemp("zprime")
    write_run(result, directory, figures=False)
    return directory


def test_windows_side_by_side_and_the_set_shifted_by_half():
    """Steps of half a window: every other window touches its neighbour, the rest lie on the borders."""
    windows = channel_windows(FULL, FULL.channels[0])
    np.testing.assert_allclose(windows.position, windows.mass**2, rtol=1e-6)
    low, high = windows.position - windows.half_width, windows.position + windows.half_width
    gap = (low[2:] - high[:-2]) / windows.half_width[:-2]
    assert np.abs(gap).max() < 0.25  # where the resolution grows fastest
    assert np.median(np.abs(gap)) < 0.02
    assert windows.mass.min() >= 0.1
    assert windows.mass.max() <= 8.0


def test_the_expected_counts_carry_luminosity_and_corrections():
    found = prepared_counts(SEARCH)["mumu"]
    expected = expected_backgrounds(SEARCH, MUMU)
    assert list(expected) == ["mumugamma", "tautau mumu", "eemumu"]
    np.testing.assert_allclose(expected["tautau mumu"], 0.276 * 0.79 * 0.9 * 0.75 * found.expected[1])


def test_uncertainties_act_where_they_are_declared():
    """Signal: four shared ones and the yield. Background: the same four, 2 %, 22 % and the statistics."""
    scan = declare_counts(SEARCH, MUMU, pseudo_counts(SEARCH, MUMU, 1, None))
    shared = np.array([0.05 / 0.79, 0.04, 0.04, 0.007])
    assert scan.efficiency_error == pytest.approx(np.sqrt((shared**2).sum() + 0.125**2))
    result = count_windows(scan)
    found = prepared_counts(SEARCH)["mumu"]
    total, squares = (scan.windows.sums(each.sum(axis=0)) for each in (found.expected, found.variance))
    known = total > 0
    expected = np.sqrt((shared**2).sum() + 0.02**2 + 0.22**2 + (squares / np.maximum(total, 1e-30) ** 2))
    np.testing.assert_allclose(result.relative_error[known], expected[known], rtol=1e-6)


def test_one_process_can_have_an_uncertainty_of_its_own():
    own = MUMU.uncertainties[2].model_copy(update={"processes": ("tautau mumu",)})
    channel = MUMU.model_copy(update={"uncertainties": (*MUMU.uncertainties[:2], own)})
    data = pseudo_counts(SEARCH, MUMU, 1, None)
    all_of_it, part = (np.asarray(declare_counts(SEARCH, each, data).background_error) for each in (MUMU, channel))
    share = [channel_windows(SEARCH, MUMU).sums(each) for each in expected_backgrounds(SEARCH, MUMU).values()]
    mostly_photons = share[0] > 10 * share[1]
    assert mostly_photons.any()
    assert (part <= all_of_it + 1e-12).all()
    assert (part[mostly_photons] < all_of_it[mostly_photons]).all()


def test_a_limit_is_a_yield_over_what_is_expected_for_one_femtobarn(result):
    mumu = result.channels[0]
    found = prepared_counts(SEARCH)["mumu"]
    mass = mumu.result.mass
    efficiency = np.interp(mass, found.mass[:, 0], found.efficiency) * MUMU.correction
    radiation = np.interp(mass, found.mass[:, 0], found.radiative_factor)
    born = mumu.limits.observed / (0.276 * efficiency * radiation)
    np.testing.assert_allclose(mumu.cross_section.observed, born, rtol=1e-6)
    np.testing.assert_allclose(mumu.coupling_limits.observed, np.sqrt(born / production("zprime")(mass)), rtol=1e-4)


def test_an_electron_and_a_muon_have_limits_on_efficiency_times_cross_section(result):
    emu = result.channels[1]
    np.testing.assert_allclose(emu.cross_section.effective, emu.limits.observed / 0.276)
    assert np.isnan(emu.cross_section.observed).all()
    assert emu.coupling_limits is None


def test_limits_scale_with_the_root_of_the_branching_fraction(folder):
    """g' of B < 1 is that of B = 1 over sqrt(B)."""
    stored = result_of_run(read_limits(folder))
    whole, quarter = (recast(stored, model_coupling("zprime", branching_fraction=b)) for b in ("1", "0.25"))
    known = np.isfinite(whole.limits.observed)
    np.testing.assert_allclose(quarter.limits.observed[known], 2 * whole.limits.observed[known], rtol=1e-9)


def test_a_run_is_read_back_without_counting_its_limits_again(result, folder):
    again = load_run(folder, SEARCH)
    assert json.loads(json.dumps(summary(again))) == json.loads(json.dumps(summary(result)))
    for one, other in zip(again.channels, result.channels, strict=True):
        assert list(one.cross_checks) == list(other.cross_checks) == ["Feldman-Cousins"]
        np.testing.assert_array_equal(one.cross_checks["Feldman-Cousins"].observed,
                                      other.cross_checks["Feldman-Cousins"].observed)  # fmt: skip


def test_limits_by_other_methods_lie_beside_those_of_the_search(folder, result):
    lines = (folder / "cross_checks.csv").read_text().splitlines()
    assert lines[0].startswith("channel,mass,mass2,method,n_sig_low,n_sig_ul")
    assert len(lines) == 1 + 2 * sum(channel.result.mass.size for channel in result.channels)
    assert {line.split(",")[3] for line in lines[1:]} == {"bayes", "Feldman-Cousins"}


def test_feldman_cousins_is_that_of_the_counts_alone(result):
    mumu = result.channels[0]
    bare = count_windows(CountingScan(mumu.result.spectrum, mumu.result.windows, mumu.result.setup.background))
    found = counting_scan_limits(bare, 0.90, "feldman-cousins", bands=False)
    np.testing.assert_array_equal(mumu.cross_checks["Feldman-Cousins"].observed, found.observed)


def test_a_signal_is_added_in_its_window_and_nowhere_else_changes_the_background():
    signal = Injection(2.0, 0.3)
    without, with_it = (pseudo_counts(SEARCH, MUMU, 5, each) for each in (None, signal))
    added = with_it.values() - without.values()
    mean = expected_signal(SEARCH, MUMU, signal)
    assert (added >= 0).all()
    assert added.sum() == pytest.approx(mean.sum(), abs=5 * np.sqrt(mean.sum()))
    middle = without.axis.centers[np.searchsorted(np.cumsum(added), 0.5 * added.sum())]
    assert middle == pytest.approx(4.0, abs=0.5)  # radiation makes a tail above
    cross_section = production("zprime")(np.array([2.0]))[0] * 0.09
    found = prepared_counts(SEARCH)["mumu"]
    in_window = 0.276 * MUMU.correction * cross_section
    in_window *= float(found.at_masses("efficiency", np.array([[2.0]]))[0])
    in_window *= float(found.at_masses("radiative_factor", np.array([[2.0]]))[0])
    inside = np.abs(without.axis.centers - 4.0) < 2 * found.resolution(np.array([[4.0]]))[0, 0]
    assert mean[inside].sum() == pytest.approx(in_window, rel=0.05)


def test_a_signal_is_found_where_it_was_put():
    found = count_channel(SEARCH, MUMU, pseudo_counts(SEARCH, MUMU, 5, Injection(3.0, 0.6)))
    best = found.result.mass[np.nanargmax(found.z_local)]
    assert best == pytest.approx(3.0, abs=0.25)
    assert np.nanmax(found.z_local) > 5


@pytest.mark.parametrize("inject", [(9.0, 0.1), (0.05, 0.1), (-1.0, 0.1)])
def test_signals_that_are_not_scanned_are_refused(inject):
    with pytest.raises(InputError, match="--inject"):
        run(SEARCH, inject=inject)


def test_events_selected_events_and_a_spectrum_are_the_same_data(tmp_path):
    """The three stages of one sample of signals fill the same bins."""
    events, _ = generate(make_process("mumu-zprime", mass=3.0), 3000, seed=2)
    seen = simulate(events, SEARCH.preparation.detector, seed=2)
    write_columns(tmp_path / "events.npz", [seen.columns()])
    from_events = user_counts(SEARCH, tmp_path / "events.npz", "events")
    spectrum = SEARCH.preparation.spectra[0]
    kept, _ = select(spectrum.reconstruction(seen, 10.58), spectrum.all_cuts())
    write_columns(tmp_path / "selected.npz", [dict(kept.columns)])
    from_selected = user_counts(SEARCH, tmp_path / "selected.npz", "selected")
    assert from_events["mumu"].entries > 100
    np.testing.assert_array_equal(from_selected["mumu"].contents, from_events["mumu"].contents)
    assert "emu" not in from_selected
    assert from_events["emu"].entries == 0


def test_the_spectrum_of_a_run_is_data_for_another(result, folder):
    found = user_counts(SEARCH, folder / "spectrum.json", "spectrum")
    for channel in result.channels:
        np.testing.assert_array_equal(found[channel.name].contents, channel.result.spectrum.contents)


def test_files_that_are_something_else_are_refused(tmp_path):
    write_columns(tmp_path / "other.npz", [{"M": np.ones(3)}])
    with pytest.raises(InputError):
        user_counts(SEARCH, tmp_path / "other.npz", "selected")
    far = {name: np.full(3, 1e3) for name in ("M2_recoil", "pT_pair", "pT_rec_lmax", "pT_rec_lmin")}
    write_columns(tmp_path / "far.npz", [far])
    with pytest.raises(InputError, match=r"no value inside the range|no event"):
        run(SEARCH, tmp_path / "far.npz")


def test_more_data_give_better_expected_limits(result):
    only = dataclasses.replace(result, channels=result.channels[:1])
    projected = project_run(only, 2.76)
    now = result.channels[0].coupling_limits.expected[:, 2]
    then = np.array([row["coupling_ul_exp_0"] for row in projected["limits"]])
    assert (then < now).all()


def test_the_notes_say_what_a_reader_must_know(result):
    notes = " ".join(summary(result)["notes"])
    for words in ("Pseudo-data", "1/sqrt(B)", "effective simulated background events", "averaged over as independent",
                  "cross-check Feldman-Cousins", "Simulation. No trigger"):  # fmt: skip
        assert words in notes
