"""Amplitudes with explicit Dirac matrices and spinors, sharing no formula with gloam.theory.

Everything is a sum over helicities at points of phase space drawn at random: cross sections come out with a statistical
error. Momenta are arrays (n, 4) in the order E, x, y, z; metric +---.
"""

from __future__ import annotations

import numpy as np

METRIC = np.array([1.0, -1.0, -1.0, -1.0])
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], complex)
_ONE, _NONE = np.eye(2, dtype=complex), np.zeros((2, 2), complex)
GAMMA = np.stack(
    [np.block([[_ONE, _NONE], [_NONE, -_ONE]])] + [np.block([[_NONE, s], [-s, _NONE]]) for s in _PAULI]
)  # Dirac representation
GAMMA5 = np.block([[_NONE, _ONE], [_ONE, _NONE]])
FB = 0.3893794e12
ALPHA = 1 / 137.036


def slash(p):
    return np.einsum("nm,mij->nij", p * METRIC, GAMMA)


def dot(a, b):
    return (a * METRIC * b).sum(axis=-1)


def particles(p, mass):
    """u spinors of both spins, (n, 2, 4): sums to pslash + m."""
    basis = np.zeros((2, 4), complex)
    basis[0, 0] = basis[1, 1] = 1
    return np.einsum("nij,sj->nsi", slash(p) + mass * np.eye(4), basis) / np.sqrt(p[:, 0] + mass)[:, None, None]


def antiparticles(p, mass):
    """v spinors of both spins, (n, 2, 4): sums to pslash - m."""
    basis = np.zeros((2, 4), complex)
    basis[0, 2] = basis[1, 3] = 1
    return np.einsum("nij,sj->nsi", mass * np.eye(4) - slash(p), basis) / np.sqrt(p[:, 0] + mass)[:, None, None]


def bar(spinors):
    return spinors.conj() @ GAMMA[0]


def polarisations(k, mass):
    """The real polarisation vectors of a particle of spin 1, (n, 3, 4); transverse ones alone for mass 0."""
    size = np.linalg.norm(k[:, 1:], axis=1, keepdims=True)
    direction = k[:, 1:] / size
    other = np.where(np.abs(direction[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(direction, other)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(direction, first)
    vectors = [np.concatenate([np.zeros_like(size), v], axis=1) for v in (first, second)]
    if mass > 0:
        vectors.append(np.concatenate([size, k[:, :1] * direction], axis=1) / mass)
    return np.stack(vectors, axis=1)


def boost(p, frame):
    """Momenta from the rest frame of `frame` to the one in which it has that momentum."""
    mass = np.sqrt(dot(frame, frame))[:, None]
    along = (p[:, 1:] * frame[:, 1:]).sum(axis=1, keepdims=True)
    energy = (frame[:, :1] * p[:, :1] + along) / mass
    space = p[:, 1:] + frame[:, 1:] * (p[:, :1] + energy) / (frame[:, :1] + mass)
    return np.concatenate([energy, space], axis=1)


def direction(cosine, angle):
    sine = np.sqrt(1 - cosine**2)
    return np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)


def radiated_cross_section(kind, mass, lepton, rng, n, sqrt_s=10.58):
    """The cross section of e+e- -> l+ l- X for unit coupling in fb and its statistical error, from n points."""
    s, x = sqrt_s**2, mass**2
    # the mass of the pair: flat in ln(s + m^2 - M^2), which follows soft X, or in ln M^2
    low, high = 4 * lepton**2, (sqrt_s - mass) ** 2
    pick, u = rng.random(n) < 0.5, rng.random(n)
    top, bottom = s + x - low, s + x - high
    pair = np.where(pick, s + x - bottom * (top / bottom) ** u, low * (high / low) ** u)
    density = 0.5 / ((s + x - pair) * np.log(top / bottom)) + 0.5 / (pair * np.log(high / low))
    root = np.sqrt((s - (np.sqrt(pair) + mass) ** 2) * (s - (np.sqrt(pair) - mass) ** 2))
    velocity = np.sqrt(1 - low / pair)
    # the angle in the frame of the pair: flat in atanh, which follows collinear X
    b = np.clip(velocity * root / (s + x - pair), 1e-12, 1 - 1e-15)
    cosine = np.tanh(np.arctanh(b) * (2 * rng.random(n) - 1)) / b
    angular = b / (2 * np.arctanh(b) * (1 - (b * cosine) ** 2))  # normalised in cosine
    energy = np.sqrt(pair) / 2
    inside = np.concatenate(
        [energy[:, None], (energy * velocity)[:, None] * direction(cosine, 2 * np.pi * rng.random(n))], axis=1
    )
    outside = inside * METRIC
    momentum = root / (2 * sqrt_s)
    axis = direction(2 * rng.random(n) - 1, 2 * np.pi * rng.random(n))
    frame = np.concatenate([np.sqrt(pair + momentum**2)[:, None], -momentum[:, None] * axis], axis=1)
    # the angle is measured from the direction of X, which is the axis
    first, second = (boost(_rotated(p, axis), frame) for p in (inside, outside))
    k = np.concatenate([np.sqrt(x + momentum**2)[:, None], momentum[:, None] * axis], axis=1)
    weight = root / (8 * np.pi * s) * velocity / (8 * np.pi) / (2 * np.pi) / density / (2 * angular)
    square = _radiated(kind, mass, lepton, first, second, k, sqrt_s)
    value = square * weight / (2 * s) * FB
    return value.mean(), value.std() / np.sqrt(n)


def _rotated(p, axis):
    """Momenta whose z axis is turned onto `axis`."""
    other = np.where(np.abs(axis[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(other, axis)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    return np.concatenate([p[:, :1], p[:, 1:2] * first + p[:, 2:3] * second + p[:, 3:] * axis], axis=1)


def _radiated(kind, mass, lepton, first, second, k, sqrt_s):
    """|M|^2 averaged over the beams' and summed over the other helicities."""
    n = len(k)
    beam = np.tile([sqrt_s / 2, 0, 0, sqrt_s / 2], (n, 1))
    electron, positron = particles(beam, 0.0), antiparticles(beam * METRIC, 0.0)
    current = np.einsum("nai,mij,nbj->nabm", bar(positron), GAMMA, electron) * METRIC
    left, right = bar(particles(first, lepton)), antiparticles(second, lepton)
    near, far = (mass**2 + 2 * dot(p, k) for p in (first, second))
    emitted = slash(first + k) + lepton * np.eye(4)
    absorbed = lepton * np.eye(4) - slash(second + k)
    if kind == "vector":
        vertices = [slash(e) for e in polarisations(k, mass).swapaxes(0, 1)]
    else:
        one = np.eye(4) if kind == "scalar" else 1j * GAMMA5
        vertices = [np.tile(one.astype(complex), (n, 1, 1))]
    photon = np.einsum("nabm,mij->nabij", current, GAMMA)
    total = np.zeros(n)
    for vertex in vertices:
        leaving = np.einsum("nci,nij->ncj", left, vertex @ emitted / near[:, None, None])
        arriving = np.einsum("nij,ndj->ndi", absorbed @ vertex / far[:, None, None], right)
        amplitude = np.einsum("nci,nabij,ndj->nabcd", leaving, photon, right)
        amplitude = amplitude + np.einsum("nci,nabij,ndj->nabcd", left, photon, arriving)
        total += (np.abs(amplitude) ** 2).sum(axis=(1, 2, 3, 4))
    charge = 4 * np.pi * ALPHA
    return charge**2 * total / (4 * sqrt_s**4)


def trident_cross_section(s, axial, rng, n, muon=0.1056583755):
    """The cross section of gamma nu -> nu mu+ mu- over alpha G_F^2 in GeV^2, with C_V = 1 or C_A = 1 alone."""
    low = 4 * muon**2
    pair = low * (s / low) ** rng.random(n)
    jacobian = pair * np.log(s / low)
    # momentum transfer from the neutrino: flat in ln(Q^2 + W^2), and the angle towards the photon in atanh
    most = s - pair
    q2 = pair * ((s / pair) ** rng.random(n)) - pair
    jacobian = jacobian * (q2 + pair) * np.log(s / pair) / most
    velocity = np.sqrt(1 - low / pair)
    cosine = np.tanh(np.arctanh(velocity) * (2 * rng.random(n) - 1)) / velocity
    jacobian = jacobian * np.arctanh(velocity) / velocity * (1 - (velocity * cosine) ** 2)
    half = np.sqrt(s) / 2
    momentum = (s - pair) / (2 * np.sqrt(s))
    lean = 1 - q2 / (2 * half * momentum)
    photon = np.tile([half, 0, 0, half], (n, 1))
    neutrino = photon * METRIC
    scattered_axis = direction(-lean, 2 * np.pi * rng.random(n))
    scattered = np.concatenate([momentum[:, None], momentum[:, None] * scattered_axis], axis=1)
    frame = photon + neutrino - scattered
    seen = boost(photon, frame * METRIC)  # the photon in the frame of the pair
    axis = seen[:, 1:] / np.linalg.norm(seen[:, 1:], axis=1, keepdims=True)
    energy = np.sqrt(pair) / 2
    inside = np.concatenate(
        [energy[:, None], (energy * velocity)[:, None] * direction(cosine, 2 * np.pi * rng.random(n))], axis=1
    )
    first, second = (boost(_rotated(p, axis), frame) for p in (inside, inside * METRIC))
    chiral = np.eye(4) - GAMMA5
    # only the left-handed neutrino takes part: both spins are summed, the projector keeps one
    current = np.einsum("nai,mij,jk,nbk->nabm", bar(particles(scattered, 0.0)), GAMMA, chiral, particles(neutrino, 0.0))
    vertex = GAMMA @ GAMMA5 if axial else GAMMA
    weak = np.einsum("nabm,mij->nabij", current * METRIC, vertex)
    left, right = bar(particles(first, muon)), antiparticles(second, muon)
    total = np.zeros(n)
    for vector in polarisations(photon, 0.0).swapaxes(0, 1):
        light = slash(vector)
        before = (slash(first - photon) + muon * np.eye(4)) / (-2 * dot(first, photon))[:, None, None]
        after = (slash(photon - second) + muon * np.eye(4)) / (-2 * dot(second, photon))[:, None, None]
        a = np.einsum("nci,nij,njk,nabkl,ndl->nabcd", left, light, before, weak, right, optimize=True)
        b = np.einsum("nci,nabij,njk,nkl,ndl->nabcd", left, weak, after, light, right, optimize=True)
        total += (np.abs(a + b) ** 2).sum(axis=(1, 2, 3, 4))
    square = total / 2 * 4 * np.pi / 2  # two photon helicities, e^2 = 4 pi alpha, (G_F/sqrt 2)^2
    phase = (1 - pair / s) / (8 * np.pi) * velocity / (8 * np.pi) / (2 * np.pi)
    value = square * phase * jacobian / (2 * s)
    return value.mean(), value.std() / np.sqrt(n)
