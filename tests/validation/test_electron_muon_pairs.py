"""e+e- -> e- e+ mu- mu+: amplitudes, points, and the limit in which two nearly real photons meet."""

import itertools

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.generation import lost_electrons
from gloam.generation.cuts import PairCuts
from gloam.generation.lost_electrons import Aim, density, exchanged, points
from gloam.generation.massive_lines import Line, absorbs_two, current
from gloam.generation.process import cross_section_weight
from gloam.generation.processes.electron_muon_pairs import (
    amplitude,
    annihilation,
    electron_muon_pairs,
    scattering,
)
from gloam.generation.spinors import antiparticle, particle, squared, vector

from . import dirac

pytestmark = pytest.mark.validation

S, ME, MU, ALPHA, CONVERSION = 10.58, 0.51099895e-3, 0.1056583755, 1 / 137.036, 0.3893794e12
AIM = Aim(MU, 2 * MU, 2 * MU)


def drawn(n, seed):
    """Allowed points, and their energies."""
    momenta, inside = points(random_stream(seed, "eemumu"), np.full(n, S), AIM)
    momenta = momenta[..., inside]
    return momenta, np.full(momenta.shape[-1], S)


def by_matrices(momenta):
    """sum |M|^2 of one event from Dirac matrices, with photons in Feynman's gauge."""
    half, size = S / 2, np.sqrt(S**2 / 4 - ME**2)
    e_in, p_in = np.array([half, 0, 0, size]), np.array([half, 0, 0, -size])
    q, p, minus, plus = momenta
    spinors = [dirac.u(e_in, ME), dirac.v(p_in, ME), dirac.u(q, ME), dirac.v(p, ME), dirac.u(minus, MU),
               dirac.v(plus, MU)]  # fmt: skip
    total = 0.0
    for e, anti, out, anti_out, mu, anti_mu in itertools.product(*spinors):
        muons = (dirac.bar(mu), anti_mu, -plus, minus, MU)
        surviving = (dirac.bar(out), e, e_in, q, ME), (dirac.bar(anti), anti_out, -p, -p_in, ME), muons
        annihilated = (dirac.bar(anti), e, e_in, -p_in, ME), (dirac.bar(out), anti_out, -p, q, ME), muons
        total += abs(joined(surviving) - joined(annihilated)) ** 2
    return total


def joined(lines):
    """All ways in which one of three lines takes the photons of the others."""
    photons = []
    for row, column, start, end, _ in lines:
        k = start - end
        flow = np.array([row @ matrix @ column for matrix in dirac.GAMMA]) / dirac.square(k)
        photons.append((dirac.lower_slash(flow), k))
    found = 0.0
    for own, (row, column, start, _, mass) in enumerate(lines):
        (one, k1), (two, k2) = (photon for other, photon in enumerate(photons) if other != own)
        line = two @ dirac.propagator(start + k1, mass) @ one + one @ dirac.propagator(start + k2, mass) @ two
        found += row @ line @ column
    return found


def test_the_amplitude_is_that_of_dirac_matrices_where_these_have_digits():
    momenta, energy = drawn(400, 1)
    photons = [exchanged(momenta[side], energy, sign).square for side, sign in ((0, 1), (1, -1))]
    momenta = momenta[..., (photons[0] < -1e-3) & (photons[1] < -1e-3)][..., :8]
    assert momenta.shape[-1] == 8
    expected = [by_matrices(event) for event in np.moveaxis(momenta, -1, 0)]
    np.testing.assert_allclose(2 * squared(amplitude(momenta, np.full(8, S))), expected, rtol=1e-6)


def test_a_line_that_takes_two_photons_conserves_current():
    momenta, _ = drawn(2000, 2)
    electron, positron, minus, plus = momenta
    muons = Line(particle(minus, MU), antiparticle(plus, MU), -plus, minus, MU)
    electrons = Line(particle(electron, ME), antiparticle(positron, ME), -positron, electron, ME)
    flow, given = current(electrons).reshape(4, 4, -1), -(electron + positron)
    other = minus + plus - given
    parallel, across = (
        squared(absorbs_two(muons, (flow, given), (vector(along)[:, None], other)))
        for along in (other, other * np.array([1, 1, 1, -1])[:, None] + 1.0)
    )
    assert np.quantile(parallel / across, 0.9) < 1e-24
    assert (parallel / across).max() < 1e-12


def test_electrons_and_muons_of_both_signs_may_be_exchanged_with_the_beams_turned():
    momenta, energy = drawn(4000, 3)
    turned = momenta[[1, 0, 3, 2]] * np.array([1, 1, -1, -1])[:, None]
    ratio = squared(amplitude(turned, energy)) / squared(amplitude(momenta, energy))
    np.testing.assert_allclose(ratio, 1, rtol=1e-5)


def test_the_gauge_that_saves_digits_changes_nothing_else():
    """A turn about the beams moves all spinors and components, and errors of rounding with them."""
    momenta, energy = drawn(4000, 4)
    cosine, sine = np.cos(1.0), np.sin(1.0)
    turned = momenta.copy()
    turned[:, 1], turned[:, 2] = (
        cosine * momenta[:, 1] - sine * momenta[:, 2],
        sine * momenta[:, 1] + cosine * momenta[:, 2],
    )
    ratio = squared(amplitude(turned, energy)) / squared(amplitude(momenta, energy))
    np.testing.assert_allclose(ratio, 1, rtol=1e-5)
    assert np.quantile(np.abs(exchanged(momenta[0], energy, 1).square), 0.01) < 1e-10


def test_momenta_and_masses_are_exact():
    momenta, energy = drawn(20_000, 5)
    np.testing.assert_allclose(momenta[:, 0].sum(0), energy, rtol=1e-12)
    np.testing.assert_allclose(momenta[:, 1:].sum(0), 0, atol=1e-12)
    for four, mass in zip(momenta, (ME, ME, MU, MU), strict=True):
        np.testing.assert_allclose(np.square(four[0]) - np.square(four[1:]).sum(0), mass**2, atol=1e-12)


def test_all_densities_agree_on_the_cross_section(monkeypatch):
    """Each carries the points of the others: most points drawn with one, then with another."""
    cuts, found = PairCuts(0.5, 20.0, 2.0), []
    for share, backward in ((0.9, 0.1), (0.5, 0.6)):
        monkeypatch.setattr(lost_electrons, "TWO_PHOTON_SHARE", share)
        monkeypatch.setattr(lost_electrons, "BACKWARD_SHARE", backward)
        weights = electron_muon_pairs(cuts).sample(random_stream(6, f"{share}"), np.full(50_000, S)).weights
        found.append((weights.mean(), weights.std() / np.sqrt(weights.size)))
    assert abs(found[0][0] - found[1][0]) < 4 * np.hypot(found[0][1], found[1][1])


def test_the_density_of_converted_photons_fills_phase_space(monkeypatch):
    """For equal weights of all points the mean is the volume: dPS_4 by recursion over the masses of both pairs."""
    monkeypatch.setattr(lost_electrons, "TWO_PHOTON_SHARE", 0.0)
    aim, energy = Aim(MU, 1.0, 1.0), np.full(100_000, S)
    momenta, inside = points(random_stream(7, "volume"), energy, aim)
    volume = np.zeros(energy.size)
    volume[inside] = 1 / density(momenta[..., inside], energy[inside], aim)
    one, two = (np.linspace(low, S, 1500) for low in (2 * ME, 1.0))
    one, two = (one[1:] + one[:-1]) / 2, (two[1:] + two[:-1]) / 2
    a, b = np.meshgrid(one, two, indexing="ij")
    outer = np.sqrt(np.maximum((S**2 - (a + b) ** 2) * (S**2 - (a - b) ** 2), 0)) * (a + b < S) / S**2
    inner = np.sqrt(1 - (2 * ME / a) ** 2) * np.sqrt(1 - (2 * MU / b) ** 2)
    cell = (one[1] - one[0]) * (two[1] - two[0])
    expected = (outer * inner * 4 * a * b).sum() * cell / (8 * np.pi) ** 3 / (2 * np.pi) ** 2
    assert abs(volume.mean() - expected) < 4 * volume.std() / np.sqrt(volume.size) + 1e-3 * expected


def equivalent_photons(largest, low):
    """sigma in fb of two photons with -t below `largest` that make muons of at least a mass, to leading order in t/W^2.

    Photons of a part x of a beam: alpha/(2 pi) [(1 + (1-x)^2)/x log(Q2/Q1) - 2 m^2 x (1/Q1 - 1/Q2)] dx between
    Q1 = m^2 x^2/(1-x) and Q2 (Budnev et al., Phys. Rept. 15 (1975) 181; Frixione et al., hep-ph/9310350), times
    the cross section of Breit and Wheeler.
    """
    nodes, weights = np.polynomial.legendre.leggauss(80)
    u, weights = (nodes + 1) / 2, weights / 2
    log_w = 2 * np.log(low) + u * 2 * np.log(S / low)
    total = 0.0
    for w2, outer in zip(np.exp(log_w), weights * 2 * np.log(S / low), strict=True):
        tau = w2 / S**2
        x = np.exp(np.log(tau) * (1 - u))  # dx/x
        luminosity = np.sum(weights * -np.log(tau) * x * flux(x, largest) * flux(tau / x, largest) / x)
        total += outer * tau * luminosity * breit_wheeler(w2)
    return CONVERSION * total


def flux(x, largest):
    least = ME**2 * x**2 / (1 - x)
    found = (1 + (1 - x) ** 2) / x * np.log(largest / least) - 2 * ME**2 * x * (1 / least - 1 / largest)
    return ALPHA / (2 * np.pi) * np.where(least < largest, found, 0)


def breit_wheeler(w2):
    beta = np.sqrt(1 - 4 * MU**2 / w2)
    shape = (3 - beta**4) * np.log((1 + beta) / (1 - beta)) - 2 * beta * (2 - beta**2)
    return 2 * np.pi * ALPHA**2 / w2 * shape


def test_nearly_real_photons_make_muons_as_their_equivalent_flux_does():
    largest, low = 1e-5, 0.5
    aim, energy = Aim(MU, low, low), np.full(250_000, S)
    momenta, inside = points(random_stream(8, "equivalent"), energy, aim)
    photons = [exchanged(momenta[side], energy, sign).square for side, sign in ((0, 1), (1, -1))]
    inside &= (photons[0] > -largest) & (photons[1] > -largest)
    weights, energy = np.zeros(energy.size), energy[inside]
    momenta = momenta[..., inside]
    total = 2 * (4 * np.pi * ALPHA) ** 4 * squared(scattering(momenta, energy, meeting_only=True))
    weights[inside] = cross_section_weight(total, 1 / density(momenta, energy, aim), energy)
    error = weights.std() / np.sqrt(weights.size)
    assert error < 0.01 * weights.mean()
    assert abs(weights.mean() - equivalent_photons(largest, low)) < 4 * error


def test_two_photons_that_meet_are_nearly_all_of_it_and_annihilation_is_little():
    momenta, energy = drawn(30_000, 9)
    per_point = 1 / density(momenta, energy, AIM)
    everything, surviving, meeting, annihilated = (
        np.mean(squared(part) * per_point)
        for part in (amplitude(momenta, energy), scattering(momenta, energy),
                     scattering(momenta, energy, meeting_only=True), annihilation(momenta, energy))
    )  # fmt: skip
    assert 0.97 < meeting / everything < 1.0
    assert abs(surviving / everything - 1) < 1e-3
    assert annihilated / everything < 1e-3


def test_the_cross_section_is_the_one_recalled_from_another_generator():
    """Recalled, not looked up: 18.9 nb for muon pairs above 0.5 GeV at 10.58 GeV, AAFH as used by Belle II."""
    process = electron_muon_pairs(PairCuts(smallest_mass=0.5))
    weights = process.sample(random_stream(10, "recalled"), np.full(150_000, S)).weights
    assert weights.std() / np.sqrt(weights.size) < 0.005 * weights.mean()
    assert abs(weights.mean() / 18.9e6 - 1) < 0.025


@pytest.mark.parametrize("energy", [0.25, 1.0, 3.77, 91.2])
def test_every_energy_gives_finite_weights(energy):
    draw = electron_muon_pairs().sample(random_stream(11, f"{energy}"), np.full(5000, energy))
    assert np.isfinite(draw.weights).all()
    assert (draw.weights >= 0).all()
    assert draw.weights.any()


def test_no_point_is_left_with_a_large_weight():
    """Muon pairs that take nearly all of a beam are rare, but so would be their points without a density for them."""
    weights = (
        electron_muon_pairs(PairCuts(smallest_mass=0.5)).sample(random_stream(12, "tail"), np.full(100_000, S)).weights
    )
    assert weights.max() < 40 * weights.mean()
