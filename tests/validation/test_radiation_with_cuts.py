"""Cuts on photons hold in the centre of mass of the beams although the process happens in a frame that moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gloam.execution import random_stream
from gloam.generation import PhotonCuts, make_process
from gloam.generation.particles import ALPHA, CONVERSION
from gloam.generation.processes.associated import gamma_dark_photon
from gloam.generation.processes.muon_pair_photon import muon_pair_photon
from gloam.generation.processes.three_photons import three_photons
from gloam.generation.radiation import radiated_power, radiator, with_initial_state_radiation

pytestmark = pytest.mark.validation

S = 10.58


def mean(process, points, name):
    weights = process.sample(random_stream(1, name), np.full(points, S)).weights
    return weights.mean(), weights.std() / np.sqrt(points)


def dark_photon_by_quadrature(mass, largest_energy, angle):
    """sigma in fb for epsilon = 1: the closed form in the reduced frame, in the range of angles that the cut leaves."""
    b, rapidity = radiated_power(S), np.arctanh(np.cos(np.radians(angle)))
    end = min(2 * largest_energy / S, 1 - (mass / S) ** 2)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    u, weights = (nodes + 1) / 2, weights / 2
    x = end * u ** (1 / b)
    energy, shift = S * np.sqrt(1 - x), -np.log1p(-x) / 2
    ratio = (mass / energy) ** 2
    total = np.zeros_like(x)
    for side in (-1, 1):
        low, high = np.tanh(-rapidity + side * shift), np.tanh(rapidity + side * shift)
        # dsigma/dc = (2 pi alpha^2/s) [2 (1 + r^2) / ((1 - r) (1 - c^2)) - (1 - r)]
        width = 2 * rapidity  # the integral of 1/(1 - c^2)
        total += 0.5 * (2 * (1 + ratio**2) / (1 - ratio) * width - (1 - ratio) * (high - low))
    density = radiator(x, S) * end**b * 2 * np.pi * float(ALPHA) ** 2 / energy**2
    return float(CONVERSION) * np.sum(weights * density * total)


@pytest.mark.parametrize(("mass", "largest", "angle"), [(1.0, 0.5, 30.0), (4.0, 3.0, 12.0), (0.1, 5.0, 60.0)])
def test_a_dark_photon_beside_a_photon_in_an_angle(mass, largest, angle):
    process = make_process("gamma-dark-photon", mass=mass, min_angle=angle, isr=largest)
    found, error = mean(process, 200_000, f"dark photon {mass}")
    assert error < 0.01 * found
    assert abs(found - dark_photon_by_quadrature(mass, largest, angle)) < 4 * error


@pytest.mark.parametrize("make", [three_photons, muon_pair_photon, lambda cuts: gamma_dark_photon(3.0, 1.0, cuts)])
def test_nothing_that_passes_is_lost_in_the_reduced_frame(make, monkeypatch):
    """Cuts that are looser still in the reduced frame give the same cross section."""
    process = with_initial_state_radiation(make(PhotonCuts(0.8, 30.0)), 3.0)
    found, error = mean(process, 150_000, "as it is")
    usual = PhotonCuts.loosened

    def looser(cuts, lost):
        needed = usual(cuts, lost)
        return PhotonCuts(0.6 * needed.smallest_energy, 0.5 * needed.smallest_angle)

    monkeypatch.setattr(PhotonCuts, "loosened", looser)
    again, other = mean(process, 150_000, "looser")
    assert abs(found - again) < 4 * np.hypot(error, other)


def test_radiation_of_soft_photons_only_leaves_the_cross_section_and_its_soft_factor():
    """(1 + delta) for a maximum of 1 keV: x^b times what multiplies b x^(b-1) at x = 0."""
    bare, error = mean(make_process("3gamma"), 200_000, "bare")
    found, other = mean(make_process("3gamma", isr=1e-6), 200_000, "soft")
    factor = radiator(1e-12, S) * (2e-6 / S) ** radiated_power(S)
    assert abs(found / bare - factor) < 4 * factor * np.hypot(error / bare, other / found)


@given(
    st.floats(0, 0.999), st.floats(0.01, 1), st.floats(0.05, 5), st.floats(5, 80), st.sampled_from([-1, 1]),
    st.floats(-1, 1), st.floats(0, 1),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_loosened_cuts_hold_what_passes_after_every_smaller_boost(lost, part, least, angle, side, cosine, more):
    cuts = PhotonCuts(least, angle)
    x = lost * part
    energy, c = least * (1 + more), cosine * cuts.largest_cosine
    gamma, boost = (1 - x / 2) / np.sqrt(1 - x), side * x / 2 / np.sqrt(1 - x)
    photon = np.array([energy * (gamma + boost * c), energy * np.sqrt(1 - c**2), 0, energy * (gamma * c + boost)])
    loosened = cuts.loosened(lost)
    assert photon[0] >= loosened.smallest_energy * (1 - 1e-9)
    towards = np.degrees(np.arctan2(photon[1], np.abs(photon[3])))
    assert towards >= loosened.smallest_angle * (1 - 1e-6)
