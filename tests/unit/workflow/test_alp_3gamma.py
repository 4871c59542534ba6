"""belle2_alp_3gamma from pseudo-data to limits on the coupling."""

import dataclasses
import json

import numpy as np
import pytest

from gloam.detector import simulate
from gloam.errors import InputError
from gloam.generation import generate, make_process
from gloam.searches import load_search
from gloam.selection import select, three_photons
from gloam.spectra import from_uhi_json, to_uhi_json
from gloam.theory import alp_photon
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.data import own_spectrum, user_spectra
from gloam.workflow.declaring import channel_grid, hypotheses
from gloam.workflow.prepared import prepared
from gloam.workflow.projection import project_run
from gloam.workflow.pseudo_data import Injection, prepared_axis, pseudo_spectrum, signal_in_bins

SEARCH = load_search("belle2_alp_3gamma")


def only(number):
    """The search with one of its channels."""
    return SEARCH.model_copy(update={"channels": SEARCH.channels[number : number + 1]})


@pytest.fixture(scope="module")
def low():
    """The lowest masses, with all variants."""
    return run(only(0), seed=3)


@pytest.fixture(scope="module")
def folder(low, tmp_path_factory):
    directory = tmp_path_factory.mktemp("alp")
    write_run(low, directory)
    return directory


@pytest.mark.validation
def test_as_many_hypotheses_as_published():
    """378 in the mass of two photons and 124 in the recoil (arXiv:2007.13071), from a simulated resolution: 5 %."""
    sizes = [len(channel_grid(SEARCH, channel)) for channel in SEARCH.channels]
    assert sum(sizes) == hypotheses(SEARCH)
    assert sum(sizes[:3]) == pytest.approx(378, rel=0.05)
    assert sizes[3] == pytest.approx(124, rel=0.05)


@pytest.mark.parametrize("channel", SEARCH.channels, ids=lambda channel: channel.name)
def test_the_grid_is_in_the_mass_squared(channel):
    grid = channel_grid(SEARCH, channel)
    np.testing.assert_allclose(grid.position, grid.mass**2)
    sigma = prepared(SEARCH)[channel.spectrum].peak().resolution(grid.position)
    np.testing.assert_allclose(np.diff(grid.position), 0.5 * sigma[:-1], rtol=1e-2)
    assert grid.mass[0] == channel.masses[0]
    assert grid.mass[-1] <= channel.masses[1] < np.sqrt(grid.position[-1] + 0.51 * sigma[-1])


def test_nine_variants_no_fit_fails_and_every_hypothesis_has_limits(low):
    numbers = summary(low)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    assert len(numbers["channels"][0]["variants"]["names"]) == 9
    channel = low.channels[0]
    assert (np.diff(channel.limits.expected, axis=1) > 0).all()
    nominal = channel.variants.limits[0]
    assert (channel.limits.observed >= nominal.observed).all()
    assert (np.abs(channel.variants.summary.z_local) <= np.abs(channel.z_local)).all()


def test_pseudo_data_are_called_so(low):
    assert summary(low)["data"]["kind"] == "pseudo"
    assert low.origin.luminosity_fb == 0.445
    assert (low.seed, low.model) == (3, "alp-photon")
    assert "seed 3" in low.origin.source


def test_the_coupling_is_the_root_of_the_cross_section(low):
    channel = low.channels[0]
    limits, in_fb = channel.coupling_limits, channel.cross_section
    np.testing.assert_allclose(limits.observed**2 * alp_photon.cross_section(limits.mass), in_fb.observed)
    np.testing.assert_allclose(in_fb.observed * 0.445 * in_fb.efficiency, channel.limits.observed)
    assert summary(low)["limit"]["coupling"] == "g_agammagamma [GeV^-1]"
    assert 2e-4 < np.median(limits.expected[:, 2]) < 2e-3


def test_the_comparison_with_the_published_curve_says_what_it_compares(low):
    published = low.published
    assert published["points"] == low.channels[0].result.mass.size
    assert "observed" in published["what is compared"]
    assert "nothing calibrated" in published["what is compared"]
    assert 0.2 < published["median_ratio"] < 1.0
    ranges = published["ranges"]
    assert [each["masses"] for each in ranges] == [[0.2, pytest.approx(0.4937, abs=1e-3)]]
    assert ranges[0]["median_ratio"] == pytest.approx(published["median_ratio"])


def test_what_is_not_simulated_is_said(low):
    words = " ".join(summary(low)["notes"])
    for said in ("effective events", "Signal: no initial-state radiation", "too high by what they cost", "0 (at"):
        assert said in words


def test_it_is_read_back_as_it_was(folder, tmp_path):
    again = load_run(folder, only(0))
    write_run(again, tmp_path, figures=False)
    for name in ("summary.json", "scan.csv", "limits.csv", "variants.csv", "fits.npz", "declaration.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_cut_flow_of_the_simulation_comes_with_it(folder):
    flows = json.loads((folder / "cut_flow.json").read_text())
    last = flows["recoils_above_650"]["gamma-alp 9.75 GeV"]["cuts"][-1]
    assert last["cut"] == "least_energy > 0.65 GeV"
    assert 0.2 < last["total_efficiency"] < 0.5
    assert f"{100 * last['total_efficiency']:.3g} ±" in (folder / "report.html").read_text()


def test_limits_of_the_coupling_are_in_the_table(low, folder):
    header, first, *_ = (folder / "limits.csv").read_text().splitlines()
    row = dict(zip(header.split(","), first.split(","), strict=True))
    assert float(row["coupling_ul_exp_0"]) == pytest.approx(low.channels[0].coupling_limits.expected[0, 2])


def test_projected_to_more_data_the_coupling_improves_slowly(low):
    rows = project_run(low, 50_000.0, "none")["limits"]
    now = low.channels[0].coupling_limits.expected[:, 2]
    gain = now / np.array([row["coupling_ul_exp_0"] for row in rows])
    # background-limited (1.12e5)^(1/4) = 18; few events in these windows, so a little more
    assert 16 < np.median(gain) < 40


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """Selected candidates, a third of them with soft photons."""
    random = np.random.default_rng(2)
    number = 9000
    path = tmp_path_factory.mktemp("selected") / "mine.npz"
    energy = np.where(np.arange(number) % 3 == 0, 0.8, 1.4)
    np.savez(
        path, M2_gammagamma=random.uniform(0.1, 90, number), M2_recoil=random.uniform(6, 100, number),
        least_energy=energy,
    )  # fmt: skip
    return path


class TestPseudoData:
    """Pseudo-data are Poisson draws with a seed."""

    def test_a_seed_gives_the_same_and_channels_share_spectra(self):
        first, second = (pseudo_spectrum(SEARCH, channel, 5) for channel in SEARCH.channels[:2])
        np.testing.assert_array_equal(first.contents, second.contents)
        assert not np.array_equal(first.contents, pseudo_spectrum(SEARCH, SEARCH.channels[0], 6).contents)

    def test_they_scatter_as_poisson_counts_about_the_template(self):
        channel = SEARCH.channels[3]
        expected = prepared(SEARCH)[channel.spectrum].template(0.445).expected
        draws = np.stack([pseudo_spectrum(SEARCH, channel, seed).values() for seed in range(200)])
        high = expected > 5
        assert np.abs((draws.mean(0) - expected)[high] / np.sqrt(expected[high] / 200)).max() < 4.5
        assert (draws.var(0, ddof=1)[high] / expected[high]).mean() == pytest.approx(1.0, abs=0.03)

    def test_a_signal_adds_what_the_cross_section_says(self):
        channel, signal = SEARCH.channels[1], Injection(2.0, 1e-2)
        added = signal_in_bins(SEARCH, channel, signal)
        peak = alp_photon.cross_section(2.0) * 1e-4 * 0.445 * prepared(SEARCH)[channel.spectrum].efficiencies()(2.0)
        assert peak < added.sum() < 3 * peak
        near = np.abs(prepared_axis(SEARCH, channel).centers - 4.0) < 1.0
        assert added[near].sum() == pytest.approx(peak, rel=0.05)

    def test_the_background_stays_when_a_signal_is_added(self):
        channel = SEARCH.channels[1]
        without, with_one = (own_spectrum(SEARCH, channel, 4, each) for each in (None, Injection(2.0, 1e-2)))
        assert (with_one.contents >= without.contents).all()
        assert "with a signal of 2 GeV" in with_one.origin.source

    def test_an_injected_signal_is_found(self):
        found = run(only(3), seed=1, inject=(8.5, 0.02)).channels[0]
        highest = int(np.nanargmax(found.variants.summary.z_local))
        assert found.variants.summary.z_local[highest] > 6
        assert abs(found.result.mass[highest] - 8.5) < 0.05
        assert found.coupling_limits.observed[highest] > 0.02


class TestData:
    """The user's data at every stage that the search has."""

    def test_selected_events_pass_the_energy_cut_of_each_channel(self, events):
        found = user_spectra(SEARCH, events, "selected")
        below = (np.load(events)["M2_gammagamma"] < 40) & (np.load(events)["least_energy"] > 1)
        assert found["pairs_05_4"].entries == below.sum()
        assert found["recoils_685_97"].entries == 9000
        assert found["pairs_05_4"].origin.kind == "user"

    def test_reconstructed_events_go_through_the_selection_of_the_search(self, tmp_path):
        """From `gloam generate` to the spectra: the same as the preparation does, step by step."""
        made = simulate(generate(make_process("3gamma", min_energy=0.4, min_angle=18.0), 30_000, seed=3)[0],
                        SEARCH.preparation.detector, seed=3)  # fmt: skip
        np.savez(tmp_path / "events.npz", **made.columns())
        found = user_spectra(SEARCH, tmp_path / "events.npz", "events")
        assert set(found) == {channel.name for channel in SEARCH.channels}
        entries = three_photons(made, 10.58)
        for channel in SEARCH.channels:
            declared = SEARCH.spectrum_of(channel)
            kept, _ = select(entries, SEARCH.preparation.cuts_of(declared))
            values = kept.columns[declared.observable.column]
            low, high = found[channel.name].axis.low, found[channel.name].axis.high
            assert found[channel.name].values().sum() == ((values >= low) & (values < high)).sum() > 1000

    def test_zero_events_after_the_selection_are_refused(self, tmp_path):
        made = simulate(generate(make_process("3gamma"), 3, seed=3)[0], SEARCH.preparation.detector, seed=3)
        np.savez(tmp_path / "none.npz", **made.columns())
        with pytest.raises(InputError, match="in the range of no channel"):
            user_spectra(SEARCH, tmp_path / "none.npz", "events")

    def test_a_search_without_a_selection_has_no_such_stage(self, tmp_path):
        with pytest.raises(InputError, match="without an event selection"):
            run("cms_dimuon", tmp_path / "any.npz", stage="events")

    def test_a_spectrum_is_known_by_the_name_of_its_axis(self, tmp_path):
        spectrum = pseudo_spectrum(SEARCH, SEARCH.channels[0], 3)
        path = tmp_path / "mine.json"
        path.write_text(to_uhi_json(spectrum))
        assert from_uhi_json(path.read_text(), None, "test").axis.name == "pairs_above_1000"
        found = run(only(0), path, stage="spectrum").channels[0]
        np.testing.assert_array_equal(found.result.spectrum.contents, spectrum.contents)

    def test_missing_columns_are_refused(self, tmp_path):
        np.savez(tmp_path / "few.npz", M2_gammagamma=np.array([1.0, 2.0]))
        with pytest.raises(InputError, match="least_energy"):
            run(SEARCH, tmp_path / "few.npz")

    def test_no_signal_is_added_to_the_data_of_others(self, events):
        with pytest.raises(InputError, match="--inject"):
            run(SEARCH, events, inject=(3.0, 1e-3))
        with pytest.raises(InputError, match="--inject"):
            run("cms_dimuon", inject=(3.0, 1e-3))

    @pytest.mark.parametrize(("mass", "coupling"), [(20.0, 1e-3), (-1.0, 1e-3), (3.0, -1.0), (float("nan"), 1.0)])
    def test_signals_that_cannot_be_are_refused(self, mass, coupling):
        with pytest.raises(InputError, match="--inject"):
            run(only(1), inject=(mass, coupling))


def test_the_declaration_is_complete():
    document = json.loads(SEARCH.model_dump_json())
    assert document["level"] == 0.95
    assert document["variants"] == "window:5sigma,order:1"
    assert [channel["background"] for channel in document["channels"]] == [f"polynomial:{n}" for n in (2, 4, 4, 5)]
    assert dataclasses.is_dataclass(SEARCH.luminosity)
    assert SEARCH.luminosity.standing == "published"
