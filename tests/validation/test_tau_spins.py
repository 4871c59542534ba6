"""Spins of taus: production and both decays as one amplitude of Dirac matrices, and the angles that are drawn."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from gloam.execution import random_stream
from gloam.generation import PYTHIA_PROCESSES, generate, make_process
from gloam.generation.decays import lepton_decay
from gloam.generation.fermion_lines import emission_current
from gloam.generation.pythia import _started
from gloam.generation.pythia_record import from_batch
from gloam.generation.spin_correlations import spin_correlations
from gloam.generation.spinors import contraction
from gloam.kinematics import boost_to_rest_frame

from . import dirac

pytestmark = pytest.mark.validation

S, TAU = 10.58, 1.77686


def named(event, process, parent):
    """The products of one tau by name, without the signs of their charges and without "anti-"."""
    found = {}
    for place, particle in enumerate(process.particles):
        if particle.parent == parent:
            found[particle.name.rstrip("+-").removeprefix("anti-")] = event[place]
    return found


def current_of(decay, mode, sign):
    """The currents of the W, the vector h without the sign of the charge, and |M|^2 without spin."""
    neutrino = decay["nu_tau"]
    if mode in ("e", "mu"):
        mass = {"e": 0.00051099895, "mu": 0.1056583755}[mode]
        leptons = ((decay[mode], mass), (decay[f"nu_{mode}"], 0.0))[::sign]
        currents = dirac.lepton_current(*leptons[0], *leptons[1])
        other = decay[f"nu_{mode}"]
        return currents, other, (decay[mode] @ dirac.METRIC @ neutrino)
    pions = decay["pi"]
    if mode == "pi":
        return [pions], pions, 1.0
    total = pions + decay["pi0"]
    current = pions - decay["pi0"]
    current = current - total * (total @ dirac.METRIC @ current) / dirac.square(total)
    vector = 2 * (current @ dirac.METRIC @ neutrino) * current - dirac.square(current) * neutrino
    return [current], vector, 1.0


def chain(event, process, taus, modes):
    """Currents, and the product of both decays' (rate, h)."""
    currents, rates, polarimeters = [], [], []
    for sign, place, mode in zip((1, -1), taus, modes, strict=True):
        decay = named(event, process, place)
        found, vector, factor = current_of(decay, mode, sign)
        rest = boost_to_rest_frame(vector[None], event[place][None])[0]
        currents.append(found)
        rates.append(1.0 if mode == "pi" else factor * rest[0])
        polarimeters.append(sign * rest[1:] / rest[0])
        if mode != "pi":
            assert np.linalg.norm(rest[1:]) == pytest.approx(rest[0], rel=1e-7)  # h is a unit vector
    return currents, np.prod(rates), [h / np.linalg.norm(h) for h in polarimeters]


@pytest.mark.parametrize("pair", ["pipi", "mumu", "erho", "rhopi", "rhorho"])
def test_a_photon_and_both_decays_are_one_amplitude(pair):
    modes = {"pipi": ("pi", "pi"), "mumu": ("mu", "mu"), "erho": ("e", "rho"), "rhopi": ("rho", "pi"),
             "rhorho": ("rho", "rho")}[pair]  # fmt: skip
    bare, process = make_process("tautau"), make_process("tautau", tau_decay=pair)
    events, _ = generate(process, 8, seed=3)
    correlations = bare.spin_correlations(events.momenta[:, :2].transpose(1, 2, 0))
    ratios = []
    for event, tensor in zip(events.momenta, np.moveaxis(correlations, -1, 0), strict=True):
        currents, rate, (one, other) = chain(event, process, (0, 1), modes)
        full = dirac.decayed_pair(event[:2], tau_neutrinos(event, process), currents, TAU, None, S)
        flight = event[0, 1:] / np.linalg.norm(event[0, 1:])
        produced = 1 + flight[2] ** 2 + (1 - flight[2] ** 2) * (2 * TAU / S) ** 2
        ratios.append(full / (produced * rate * (1 + one @ tensor @ other)))
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-6)


def tau_neutrinos(event, process):
    names = [particle.name for particle in process.particles]
    return event[names.index("nu_tau")], event[names.index("anti-nu_tau")]


def test_a_scalar_and_both_decays_are_one_amplitude():
    settings = {"mass": 5.0, "decay": "tautau"}
    bare = make_process("mumu-scalar", **settings)
    process = make_process("mumu-scalar", **settings, tau_decay="pirho")
    events, _ = generate(process, 8, seed=4, weighted=True)
    correlations = bare.spin_correlations(events.momenta[:, :5].transpose(1, 2, 0))
    ratios = []
    for event, tensor in zip(events.momenta, np.moveaxis(correlations, -1, 0), strict=True):
        currents, rate, (one, other) = chain(event, process, (3, 4), ("pi", "rho"))
        full = dirac.decayed_pair(event[3:5], tau_neutrinos(event, process), currents, TAU, [dirac.UNIT])
        ratios.append(full / (rate * (1 + one @ tensor @ other)))
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-6)


@pytest.mark.parametrize(("name", "settings"), [
    ("tautau", {}), ("tautau-scalar", {"mass": 2.0}), ("mumu-zprime", {"mass": 5.0, "decay": "tautau"}),
])  # fmt: skip
def test_right_handed_electrons_give_the_same_correlations(name, settings):
    """Mirrored in the plane of x and z: momenta lose their y, spins their x and z, electrons change their hands."""
    process = make_process(name, **settings)
    momenta = process.sample(random_stream(1, "mirror"), np.full(200, S)).momenta
    found = process.spin_correlations(momenta)
    mirrored = process.spin_correlations(momenta * np.array([1, 1, -1, 1])[:, None])
    signs = np.array([-1, 1, -1])
    np.testing.assert_allclose(mirrored * (signs[:, None] * signs)[..., None], found, atol=1e-10)


def test_a_pair_from_a_photon_has_spin_one():
    """sigma.sigma' is 1 in the triplet, and the axes of both rest frames agree where the pair is at rest."""
    process = make_process("tautau")
    momenta = process.sample(random_stream(2, "trace"), np.full(500, S)).momenta
    np.testing.assert_allclose(np.trace(process.spin_correlations(momenta)), 1, rtol=1e-12)


def test_the_radiating_zprime_is_summed_over_the_spins_of_the_muons():
    """The trace of the density matrix is the rate that weighs the points."""
    process = make_process("mumu-zprime", mass=5.0, decay="tautau")
    momenta = process.sample(random_stream(5, "sum"), np.full(50, S)).momenta
    current = emission_current(momenta[0], momenta[1], momenta[2], 0.1056583755).reshape(4, 4, -1)
    amplitudes = [contraction(current[:, [spin], None], pair_current(momenta)) for spin in range(4)]
    single = [spin_correlations(amplitude.reshape(1, 2, 2, -1)) for amplitude in amplitudes]
    weights = [(np.abs(amplitude) ** 2).sum((0, 1)) for amplitude in amplitudes]
    mean = sum(w * c for w, c in zip(weights, single, strict=True)) / sum(weights)
    np.testing.assert_allclose(process.spin_correlations(momenta), mean, rtol=1e-9, atol=1e-12)


def pair_current(momenta):
    return lepton_decay("tautau", 5.0, "test", ("tautau",)).current(momenta[3:])[:, None]


@pytest.mark.parametrize("pair", ["pipi", "mue", "rhomu"])
def test_the_axes_that_are_drawn_have_the_correlations(pair):
    """<h_i h'_j> is C_ij/9; here along the flight of the tau-, across it in the plane with the beams, and off it."""
    process, bare = make_process("tautau", tau_decay=pair), make_process("tautau")
    events, _ = generate(process, 60_000, seed=6)
    modes = {"pipi": ("pi", "pi"), "mue": ("mu", "e"), "rhomu": ("rho", "mu")}[pair]
    axes = [axes_of(events.momenta, process, place, mode) for place, mode in zip((0, 1), modes, strict=True)]
    expected = bare.spin_correlations(events.momenta[:, :2].transpose(1, 2, 0)).transpose(2, 0, 1)
    flight = events.momenta[:, 0, 1:] / np.linalg.norm(events.momenta[:, 0, 1:], axis=1, keepdims=True)
    across = np.cross([0.0, 0.0, 1.0], flight)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    frame = np.stack([np.cross(across, flight), across, flight], axis=1)
    found = np.einsum("nai,ni->na", frame, axes[0])[:, :, None] * -np.einsum("nai,ni->na", frame, axes[1])[:, None]
    wanted = np.einsum("nai,nij,nbj->nab", frame, expected, frame) / 9
    pulls = (found - wanted).mean(0) / (found.std(0) / np.sqrt(len(found)))
    assert np.abs(pulls).max() < 4
    assert wanted.mean(0)[2, 2] > 0.08  # opposite helicities: spins along one axis


def axes_of(momenta, process, place, mode):
    decay = {}
    for number, particle in enumerate(process.particles):
        if particle.parent == place:
            decay[particle.name.rstrip("+-").removeprefix("anti-")] = momenta[:, number]
    if mode == "pi":
        vector = decay["pi"]
    elif mode == "rho":
        total, current, neutrino = decay["pi"] + decay["pi0"], decay["pi"] - decay["pi0"], decay["nu_tau"]
        dot = lambda p, q: (p @ dirac.METRIC * q).sum(1, keepdims=True)  # noqa: E731
        current = current - total * dot(total, current) / dot(total, total)
        vector = 2 * dot(current, neutrino) * current - dot(current, current) * neutrino
    else:
        vector = decay[f"nu_{mode}"]
    rest = boost_to_rest_frame(vector, momenta[:, place])[:, 1:]
    return rest / np.linalg.norm(rest, axis=1, keepdims=True)


@pytest.mark.statistical
@pytest.mark.parametrize(("pair", "products", "number"), [
    ("pipi", "16 -211", 211), ("mumu", "16 14 13", 13), ("rhorho", "16 111 -211", 211),
])  # fmt: skip
def test_energies_and_their_correlation_against_pythia_with_spins(pair, products, number):
    """Pythia's own helicity amplitudes; without radiation, and with one decay of all."""
    pytest.importorskip("pythia8mc")
    quiet = ("TauDecays:mode = 1", "PDF:lepton = off", "PartonLevel:ISR = off", "PartonLevel:FSR = off")
    settings = tuple(line for line in PYTHIA_PROCESSES["tautau"].settings if not line.startswith("TauDecays"))
    settings += (*quiet, "15:onMode = off", f"15:onIfMatch = {products}")
    pythia = _started(dataclasses.replace(PYTHIA_PROCESSES["tautau"], settings=settings), S)
    theirs = from_batch(pythia.nextBatch(1500))
    one, other = (theirs.momenta[(theirs.numbers == sign * number) & theirs.final, 0] for sign in (1, -1))
    process = make_process("tautau", tau_decay=pair)
    events, _ = generate(process, 50_000, seed=7)
    charged = [place for place, particle in enumerate(process.particles) if abs(particle.number) == number]
    ours = events.momenta[:, charged, 0]
    assert stats.ks_2samp(np.concatenate([one, other]), ours.ravel()).pvalue > 1e-3
    assert abs(np.corrcoef(one, other)[0, 1] - np.corrcoef(ours.T)[0, 1]) < 4 / np.sqrt(1500)
