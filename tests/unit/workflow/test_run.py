"""The search on real data: known particles are found where they are."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.searches import load_search
from gloam.sourced import assumed
from gloam.systematic import Systematic
from gloam.workflow import run, run_channel, summary
from gloam.workflow.run import hypotheses

PEAKS = {  # PDG masses in GeV, the distance allowed, the significance an independent unbinned fit leads to expect
    "omega": (0.78266, 0.005, 20, 25),
    "phi": (1.019461, 0.004, 23, 25),
    "psi2s": (3.686097, 0.008, 21, 23.5),
    "upsilon1s": (9.4604, 0.020, 45.5, 47.5),
}


@pytest.fixture
def events(tmp_path):
    """A file of events around the phi, none elsewhere."""
    random = np.random.default_rng(1)
    path = tmp_path / "mine.npz"
    np.savez(path, M=np.concatenate([random.uniform(0.9, 1.13, 4000), random.normal(1.0195, 0.0116, 400)]))
    return path


@pytest.mark.validation
@pytest.mark.parametrize("name", PEAKS)
def test_a_known_particle_is_found(dimuon, name):
    result = {channel.name: channel.result for channel in dimuon.channels}[name]
    mass, distance, least, most = PEAKS[name]
    highest = int(np.nanargmax(result.z_local))
    assert abs(result.mass[highest] - mass) < distance
    assert least < result.z_local[highest] < most
    assert result.n_failed == 0
    assert (result.status == FitStatus.OK).all()
    assert np.diff(result.mass).max() <= (0.002 if name == "upsilon1s" else 0.001) + 1e-12


def test_every_hypothesis_has_its_limits(dimuon):
    for channel in dimuon.channels:
        assert channel.limits.n_failed == 0
        assert (channel.limits.observed > np.maximum(channel.result.n_sig, 0)).all()
        assert (np.diff(channel.limits.expected, axis=1) > 0).all()


def test_the_comparison_with_known_masses(dimuon):
    published = dimuon.published
    assert published["points"] == 4
    ratios = [each["found"] / each["known"] for each in published["channels"].values()]
    assert published["median_ratio"] == pytest.approx(np.exp(np.median(np.log(ratios))))
    assert published["rms_log_ratio"] == pytest.approx(np.sqrt(np.mean(np.log(ratios) ** 2)))
    assert published["rms_log_ratio"] < 0.005


def test_a_declaration_and_any_number_of_threads_give_the_same(dimuon):
    search = load_search("cms_dimuon")
    only = search.model_copy(update={"channels": search.channels[1:2]})
    again = run(only, threads=1).channels[0]
    first = dimuon.channels[1]
    np.testing.assert_allclose(again.result.z_local, first.result.z_local, rtol=0, atol=1e-9)
    np.testing.assert_allclose(again.limits.observed, first.limits.observed, rtol=1e-9)


def test_progress_and_the_number_of_hypotheses(dimuon):
    search = load_search("cms_dimuon")
    assert hypotheses(search) == sum(len(channel.result.setup.grid) for channel in dimuon.channels)
    channel, advances = search.channels[1], []
    run_channel(search, channel, dimuon.channels[1].result.setup.spectrum, 1, advances.append)
    assert sum(advances) == 2 * len(dimuon.channels[1].result.setup.grid)


def test_hashes_tell_declarations_and_data_apart(dimuon, events):
    mine = run("cms_dimuon", events)
    assert mine.hashes["declaration"] == dimuon.hashes["declaration"]
    assert mine.hashes["data"] != dimuon.hashes["data"]
    assert mine.hashes["file"] != dimuon.hashes["file"]
    search = load_search("cms_dimuon")
    changed = search.model_copy(update={"channels": search.channels[1:2], "level": 0.95})
    assert run(changed, events).hashes["declaration"] != dimuon.hashes["declaration"]


def test_data_of_the_users(events):
    mine = run("cms_dimuon", events)
    assert [channel.name for channel in mine.channels] == ["phi"]
    assert mine.origin.kind == "user"
    assert mine.published is None
    assert {"omega", "psi2s", "upsilon1s"} == {note.partition(":")[0] for note in mine.notes if "do not cover" in note}
    assert not any("CMS" in note for note in mine.notes)
    result = mine.channels[0].result
    assert abs(result.mass[np.nanargmax(result.z_local)] - 1.0195) < 0.004


def test_a_filled_spectrum_is_taken_too(tmp_path, events):
    counts, edges = np.histogram(np.load(events)["M"], 230, (0.9, 1.13))
    np.savez(tmp_path / "filled.npz", edges=edges, counts=counts)
    search = load_search("cms_dimuon")
    only = search.model_copy(update={"channels": search.channels[1:2]})
    one, other = run(only, events), run(only, tmp_path / "filled.npz", stage="spectrum")
    np.testing.assert_allclose(one.channels[0].result.z_local, other.channels[0].result.z_local, atol=0.02)


class TestRefusals:
    def test_a_search_there_is_not(self):
        with pytest.raises(InputError, match="Did you mean cms_dimuon"):
            run("cms_dimuons")

    def test_events_need_a_selection(self, events):
        with pytest.raises(InputError, match=r"run cms_dimuon from events: .* --stage selected"):
            run("cms_dimuon", events, stage="events")

    def test_data_in_no_range(self, tmp_path):
        np.savez(tmp_path / "mev.npz", M=np.array([780.0, 1019.0]))
        with pytest.raises(
            InputError,
            match=r"got data in the range of no channel; allowed: data in 0.65 to 0.9, .* GeV. Check the unit",
        ):
            run("cms_dimuon", tmp_path / "mev.npz")


def test_the_largest_of_all_channels_is_told(dimuon):
    numbers = summary(dimuon)
    highest = max(numbers["channels"], key=lambda channel: channel["max_excess"]["z_local"])
    assert numbers["max_excess"] == highest["max_excess"]
    lowest = min(numbers["channels"], key=lambda channel: channel["max_deficit"]["z_local"])
    assert numbers["max_deficit"] == lowest["max_deficit"]
    assert numbers["max_deficit"]["z_local"] < 0


def test_failed_fits_and_weights_are_told(dimuon):
    channel = dimuon.channels[0]
    status = channel.result.status.copy()
    status[:3] = FitStatus.NOT_CERTIFIED
    failed = dataclasses.replace(channel, result=dataclasses.replace(channel.result, status=status))
    numbers = summary(dataclasses.replace(dimuon, channels=(failed,)))
    assert numbers["n_failed"] == 3
    assert any("3 hypotheses not_certified" in note for note in numbers["notes"])


def test_declared_systematics_are_in_the_fits(events):
    declared = load_search("cms_dimuon")
    sources = tuple(
        Systematic(name, assumed(size, 0, "", "for a test"), target)
        for name, size, target in (("trigger", 0.3, "signal"), ("width", 0.1, "resolution"), ("b", 0.2, "background"))
    )
    uncertain = declared.model_copy(update={"systematics": sources, "channels": declared.channels[1:2]})
    plain = declared.model_copy(update={"channels": declared.channels[1:2]})
    one, other = run(uncertain, events), run(plain, events)
    assert one.channels[0].result.setup.nuisance_names == ("trigger", "width")
    assert one.channels[0].nuisances.names == ("trigger", "width")
    assert other.channels[0].nuisances is None
    peak = int(np.nanargmax(other.channels[0].result.z_local))
    assert one.channels[0].limits.observed[peak] > 1.2 * other.channels[0].limits.observed[peak]
    assert [each["name"] for each in summary(one)["systematics"]] == ["trigger", "width", "b"]


def test_the_global_significance_of_all_channels(dimuon):
    numbers = summary(dimuon)
    assert numbers["z_global"] < numbers["max_excess"]["z_local"]
    assert any("over all channels, taken as independent" in note for note in numbers["notes"])


def test_a_moderate_excess_is_weighed_with_far_correlations(dimuon):
    channel = dimuon.channels[0]
    quiet = dataclasses.replace(channel.result, q0=np.minimum(channel.result.q0, 4.0))
    numbers = summary(dataclasses.replace(dimuon, channels=(dataclasses.replace(channel, result=quiet),)))
    assert 0.02 < numbers["p_global"] < 1
    assert 0 < numbers["p_global_err"] < 0.01
    assert numbers["toys"] is None
    assert any("simulated as Gaussian fields" in note for note in numbers["notes"])


def test_few_counts_ask_for_toys(dimuon, monkeypatch):
    assert not any("few counts" in note for note in summary(dimuon)["notes"])
    monkeypatch.setitem(summary.__globals__, "FEW", 1e-6)
    assert any("few counts" in note and "take toys" in note for note in summary(dimuon)["notes"])


def test_channels_without_a_fit_do_not_count(dimuon):
    channels = dimuon.channels[:2]
    status = np.full_like(channels[0].result.status, FitStatus.NOT_CERTIFIED)
    nothing = dict.fromkeys(("n_sig", "n_sig_err", "q0"), np.full(status.size, np.nan))
    lost = dataclasses.replace(channels[0], result=dataclasses.replace(channels[0].result, status=status, **nothing))
    numbers = summary(dataclasses.replace(dimuon, channels=(lost, channels[1])))
    alone = summary(dataclasses.replace(dimuon, channels=(channels[1],)))
    assert numbers["p_global"] == alone["p_global"] > 0
    numbers = summary(dataclasses.replace(dimuon, channels=(lost,)))
    assert numbers["p_global"] is None
    assert any("there is no certified fit" in note for note in numbers["notes"])
