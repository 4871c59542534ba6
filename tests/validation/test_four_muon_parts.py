"""Parts of e+e- -> 4 mu that dispersion integrals know: two virtual photons, and a pair radiated off a pair.

For pairs that are not alike, a virtual photon that turns into a pair is a vector particle of mass sqrt(q^2), integrated
with the spectral density of a muon pair. So the cross section for two massive vectors, or for mu mu Z', gives that of
four muons without interference.
"""

import numpy as np
import pytest

from gloam.execution import random_stream
from gloam.generation.fermion_lines import annihilation_with_two, emission_current
from gloam.generation.process import cross_section_weight
from gloam.generation.processes import four_muons
from gloam.generation.spinors import contraction, squared

pytestmark = pytest.mark.validation

S, MU, ALPHA, CONVERSION = 10.58, 0.1056583755, 1 / 137.036, 0.3893794e12
RADIATED = 51.11  # fb: integral over sigma(mu mu Z') from traces, of the study that cross_sections.py names


def log_grid(low, high, nodes=40):
    """Nodes and weights in a logarithm, denser at both ends, where thresholds have roots."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    y = (x + 1) / 2
    width = np.log(high / low)
    points = low * np.exp(y**2 * (3 - 2 * y) * width)
    return points, weights / 2 * 6 * y * (1 - y) * width * points


def spectral(square):
    """The density of muon pairs in a virtual photon of mass squared `square`: Im Pi/(pi q^2)."""
    ratio = 4 * MU**2 / square
    return ALPHA / (3 * np.pi * square) * (1 + ratio / 2) * np.sqrt(1 - ratio)


def two_vectors(a, b):
    """sigma(e+e- -> V V') in 1/GeV^2 for vectors of mass squared a and b that couple like photons (as for Z Z)."""
    s = S**2
    root = np.sqrt((s - a - b) ** 2 - 4 * a * b)
    t, weights = log_grid(2 * a * b / (s - a - b + root), (s - a - b) / 2)  # -t up to where t = u; then it mirrors
    u = s - a - b - t
    shape = t / u + u / t + 2 * s * (a + b) / (t * u) - a * b * (1 / t**2 + 1 / u**2)
    return 2 * np.sum(2 * np.pi * ALPHA**2 / s**2 * shape * weights)


def converted():
    total = 0.0
    for a, weight in zip(*log_grid(4 * MU**2, (S - 2 * MU) ** 2), strict=True):
        inner = zip(*log_grid(4 * MU**2, (S - np.sqrt(a)) ** 2), strict=True)
        total += weight * spectral(a) * sum(w * spectral(b) * two_vectors(a, b) for b, w in inner)
    return CONVERSION * total


def parts(points, seed):
    """Mean and error of the weights of both parts in fb."""
    weights = np.zeros((2, points))
    momenta, volume = four_muons.points(random_stream(seed, "parts"), np.full(points, S))
    inside = volume > 0
    kept, energy = momenta[..., inside], np.full(int(inside.sum()), S)
    one, two = kept[0] + kept[1], kept[2] + kept[3]
    first = four_muons._over_mass(four_muons._current(kept[0], kept[1]), one).reshape(4, 4, -1)
    second = four_muons._over_mass(four_muons._current(kept[2], kept[3]), two).reshape(4, 4, -1)
    radiating = emission_current(kept[2], kept[3], one, MU).reshape(4, 1, 4, -1) / (2 * energy**2)
    amplitudes = (
        annihilation_with_two(first, second, (one, two), energy),
        contraction(first[:, :, None], radiating),
    )
    for part, amplitude in zip(weights, amplitudes, strict=True):
        total = 2 * (4 * np.pi * ALPHA) ** 4 * squared(amplitude)
        part[inside] = cross_section_weight(total, volume[inside], energy)
    return weights.mean(1), weights.std(1) / np.sqrt(points)


def test_two_virtual_photons_and_a_radiated_pair():
    found = [parts(8192, seed) for seed in range(20)]
    means = np.mean([mean for mean, _ in found], axis=0)
    errors = np.sqrt(np.sum([error**2 for _, error in found], axis=0)) / len(found)
    expected = converted(), RADIATED
    assert expected[0] == pytest.approx(593.40, rel=1e-3)  # the same integral, found in that study
    assert (np.abs(means - expected) < 4 * np.hypot(errors, [0, 0.005])).all(), (means - expected) / errors
    assert (errors < 0.01 * means).all()
