"""belle2_zprime_invisible_2020 from its network and pseudo-data to limits on g' in four readings, and from files."""

import dataclasses

import numpy as np
import pytest

from gloam.detector import simulate
from gloam.errors import InputError
from gloam.generation import generate, make_process
from gloam.report import ChannelResult
from gloam.scans import fit_scan
from gloam.searches import Search, load_search
from gloam.selection import select
from gloam.selection.lepton_pair_recoil import PUNZI_INPUTS
from gloam.statistics import upper_limits
from gloam.theory.zprime import broad_cross_section, invisible_fraction
from gloam.training.table import training_table
from gloam.workflow.data import user_spectra
from gloam.workflow.declaring import bare_channel, channel_grid, declare_channel
from gloam.workflow.preparation_notes import preparation_notes
from gloam.workflow.prepare import prepare
from gloam.workflow.prepared import prepared, prepared_cut_flows, prepared_scan
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum
from gloam.workflow.search_networks import search_training_table

SEARCH = load_search("belle2_zprime_invisible_2020")
CHANNELS = {channel.name: channel for channel in SEARCH.channels}
ROWS = 12


def scanned(name) -> ChannelResult:
    """Some masses of a channel, fitted to the expected background."""
    channel = CHANNELS[name]
    scan = declare_channel(SEARCH, channel, expected_spectrum(SEARCH, channel))
    result = fit_scan(scan.take(np.linspace(0, len(scan.grid) - 1, ROWS).astype(int)))
    return bare_channel(SEARCH, channel, result, upper_limits(result, SEARCH.level, SEARCH.method))


@pytest.fixture(scope="module")
def found():
    return {name: scanned(name) for name in CHANNELS}


def test_one_network_of_the_published_inputs_and_layers_cuts_for_all_masses():
    """4-8-4-1 with tanh (arXiv:2110.00810)."""
    (network,) = SEARCH.preparation.networks.networks
    assert network.inputs == PUNZI_INPUTS
    assert [layer.weights.shape for layer in network.layers] == [(8, 4), (4, 8), (1, 4)]


def test_almost_all_tau_pairs_are_suppressed():
    """Within 0.1 to 8 GeV; most of the signal is kept."""
    flows = prepared_cut_flows(SEARCH)["recoil"]
    taus = [cut["weight"] for cut in flows["tautau mumu"]["cuts"]]
    assert taus[-1] < 0.02 * taus[-2]
    middle = next(flow["cuts"] for name, flow in flows.items() if name.startswith("mumu-zprime 4.5"))
    assert middle[-1]["weight"] > 0.3 * middle[-2]["weight"]


def test_no_fit_fails_and_every_mass_has_limits(found):
    for each in found.values():
        assert each.result.n_failed == each.limits.n_failed == 0
        assert (np.diff(each.limits.expected, axis=1) > 0).all()


def test_slices_hold_the_events_of_the_whole():
    whole, slices = CHANNELS["fully_invisible"], CHANNELS["in_slices"]
    signal = Injection(3.0, 0.05)
    for make in (
        expected_spectrum,
        lambda s, c: pseudo_spectrum(s, c, 3),
        lambda s, c: pseudo_spectrum(s, c, 3, signal),
    ):
        together = make(SEARCH, whole).values()
        apart = make(SEARCH, slices).values().reshape(3, -1).sum(axis=0)
        np.testing.assert_allclose(apart, together, rtol=0.35, atol=0.02 * together.max())
        assert apart.sum() == pytest.approx(together.sum(), rel=0.01)
    drawn = pseudo_spectrum(SEARCH, slices, 3, signal).values().reshape(3, -1).sum(axis=0)
    np.testing.assert_array_equal(drawn, pseudo_spectrum(SEARCH, whole, 3, signal).values())
    scan = prepared_scan(SEARCH, slices)
    np.testing.assert_allclose(scan.efficiency, prepared(SEARCH)["recoil"].efficiency, rtol=1e-5)


def test_slices_say_no_less_than_the_whole(found):
    ratio = found["in_slices"].limits.expected[:, 2] / found["fully_invisible"].limits.expected[:, 2]
    assert ratio.max() < 1.1


def test_vanilla_limits_are_those_of_the_same_fits_with_the_fraction_to_neutrinos(found):
    whole, vanilla = found["fully_invisible"], found["vanilla"]
    np.testing.assert_array_equal(whole.limits.observed, vanilla.limits.observed)
    ratio = vanilla.coupling_limits.expected[:, 2] / whole.coupling_limits.expected[:, 2]
    np.testing.assert_allclose(ratio, 1 / np.sqrt(invisible_fraction(whole.result.mass)))


def test_broad_limits_divide_by_the_cross_section_of_the_whole_line(found):
    broad = found["broad"]
    limits = broad.cross_section.observed / broad.coupling_limits.observed**2
    expected = [broad_cross_section(m, 0.1 * m) for m in broad.result.mass.tolist()]
    np.testing.assert_allclose(limits, expected, rtol=1e-6)
    sigma = broad.result.scan.signal.resolution(broad.result.position)
    assert (sigma >= 0.1 * broad.result.position).all()


def test_events_of_the_user_take_the_same_way(tmp_path):
    process = make_process("mumu-zprime", mass=5.0)
    seen = simulate(generate(process, 20_000, seed=5)[0], SEARCH.preparation.detector, seed=5)
    file = tmp_path / "events.npz"
    np.savez(file, **seen.columns())
    spectra = user_spectra(SEARCH, file, "events")
    assert set(spectra) == set(CHANNELS)
    declared = SEARCH.spectrum_of(CHANNELS["fully_invisible"])
    kept, _ = select(SEARCH.preparation.entries(seen), SEARCH.preparation.cuts_of(declared))
    assert spectra["fully_invisible"].values().sum() == len(kept) > 300
    slices = spectra["in_slices"].values().reshape(3, -1)
    np.testing.assert_array_equal(slices.sum(axis=0), spectra["fully_invisible"].values())
    assert (slices.sum(axis=1) > 20).all()
    table = tmp_path / "selected.npz"
    np.savez(table, **{name: kept.columns[name] for name in ("M2_recoil", "rec_polar")})
    again = user_spectra(SEARCH, table, "selected")
    np.testing.assert_array_equal(again["in_slices"].values(), spectra["in_slices"].values())


@pytest.fixture(scope="module")
def small():
    """Two masses and few events; everything that passes the cuts in front of the network."""
    declared = SEARCH.preparation
    return declared.model_copy(
        update={
            "networks": None, "cuts": declared.cuts[:-1],
            "signal": declared.signal.model_copy(update={"events": 6000}),
            "backgrounds": tuple(each.model_copy(update={"events": 20_000}) for each in declared.backgrounds),
            "spectra": tuple(each.model_copy(update={"masses": (2.0, 4.0)}) for each in declared.spectra),
        }
    )  # fmt: skip


def test_parts_of_a_spectrum_hold_its_own_events(small):
    scans = prepare(small, seed=8).scans
    whole, *parts = (scans[each.name] for each in small.spectra)
    np.testing.assert_allclose(np.sum([each.efficiency for each in parts], axis=0), whole.efficiency, rtol=1e-9)
    np.testing.assert_allclose(np.sum([each.variance for each in parts], axis=0), whole.variance, rtol=1e-9)
    for each in parts:
        np.testing.assert_array_equal(each.edges, whole.edges)
        assert each.expected_of.shape == (4, whole.edges.size - 1)
        np.testing.assert_allclose(each.expected_of.sum(axis=0), each.expected)


def test_a_correction_multiplies_efficiencies_and_backgrounds(small):
    plain = prepare(small.model_copy(update={"correction": None}), seed=8).scans["recoil"]
    corrected = prepare(small, seed=8).scans["recoil"]
    np.testing.assert_allclose(corrected.efficiency, 0.79 * plain.efficiency)
    np.testing.assert_allclose(corrected.variance, 0.79**2 * plain.variance)


def test_a_training_table_has_efficiencies_and_expected_events():
    table = search_training_table(SEARCH, PUNZI_INPUTS, scale=1e-3, signal_events=300)
    assert {"label", "mass_generated", "weight", "recoil_mass2", *PUNZI_INPUTS} == set(table)
    assert set(np.unique(table["mass_generated"])) == {-999.0, *SEARCH.preparation.spectra[0].masses}
    at = table["mass_generated"] == 4.0
    efficiency = table["weight"][at].sum()
    assert 0.1 < efficiency < 0.3
    assert len(training_table(table, luminosity=79.7)) == at.size


def test_what_is_not_simulated_is_said(found):
    words = " ".join(preparation_notes(SEARCH, list(found.values())))
    for said in ("effective events", "one photon", "trigger"):
        assert said in words
    assert words.count("background template") == 1


def test_the_hypotheses_follow_the_resolution():
    narrow, broad = (channel_grid(SEARCH, CHANNELS[name]) for name in ("fully_invisible", "broad"))
    assert narrow.mass[0] == broad.mass[0] == pytest.approx(0.1)
    assert narrow.mass[-1] > 7.95
    assert len(broad) < 0.3 * len(narrow)


def test_faults_of_derived_channels():
    def changed(**changes):
        channels = (CHANNELS["fully_invisible"].model_dump() | {"name": "other", "title": "t"} | changes,)
        return Search(**{**dict(SEARCH), "channels": channels})

    errors = dict(CHANNELS["fully_invisible"].background_errors)
    for changes, words in (
        ({"slices": ("forward", "middle")}, "not the parts of spectrum recoil"),
        ({"slices": ("elsewhere",)}, "no spectrum elsewhere"),
        ({"slices": ("forward",), "window": 15.0}, "fitted as a whole"),
        ({"background_errors": {"eemumu": errors["eemumu"]}}, "one for each background"),
        ({"background": "polynomial:2"}, "need the background"),
    ):
        with pytest.raises(ValueError, match=words):
            changed(**changes)


def test_an_artefact_of_another_network_is_refused():
    networks = SEARCH.preparation.networks
    first = networks.networks[0]
    layer = dataclasses.replace(first.layers[0], biases=first.layers[0].biases + 1e-6)
    other = dataclasses.replace(first, layers=(layer, *first.layers[1:]))
    preparation = SEARCH.preparation.model_copy(update={"networks": dataclasses.replace(networks, networks=(other,))})
    with pytest.raises(InputError, match="made from another declaration"):
        prepared(SEARCH.model_copy(update={"preparation": preparation}))
