"""Amplitudes from Dirac matrices, one event at a time: slow, and written without the code that they check.

Dirac's representation, spinors from projectors, sums over all spins of all particles (both chiralities of the beams,
and -g for every vector). Couplings are left out unless they are arguments.
"""

import itertools

import numpy as np

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
_SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
GAMMA = np.zeros((4, 4, 4), complex)
GAMMA[0] = np.diag([1, 1, -1, -1])
for _axis in range(3):
    GAMMA[_axis + 1, :2, 2:], GAMMA[_axis + 1, 2:, :2] = _SIGMA[_axis], -_SIGMA[_axis]
UNIT = np.eye(4)


def slash(p):
    return np.einsum("m,mab->ab", METRIC @ p, GAMMA)


def square(p):
    return p @ METRIC @ p


def propagator(p, mass=0.0):
    return (slash(p) + mass * UNIT) / (square(p) - mass**2)


def u(p, mass):
    return [(slash(p) + mass * UNIT) @ UNIT[spin] / np.sqrt(p[0] + mass) for spin in (0, 1)]


def v(p, mass):
    return [(mass * UNIT - slash(p)) @ UNIT[spin] / np.sqrt(p[0] + mass) for spin in (2, 3)]


def bar(spinor):
    return spinor.conj() @ GAMMA[0]


def beams(sqrt_s):
    half = sqrt_s / 2
    return np.array([half, 0, 0, half]), np.array([half, 0, 0, -half])


def spins(*choices):
    return itertools.product(*choices)


def emission(minus, plus, emitted, mass, sqrt_s, vertices):
    """sum |M|^2 of e+e- -> l+l- X with the vertices of X (gamma^mu with upper index, or one matrix)."""
    electron, positron = beams(sqrt_s)
    total = 0.0
    for e, p, out, anti in spins(u(electron, 0), v(positron, 0), u(minus, mass), v(plus, mass)):
        amplitude = np.zeros(len(vertices), complex)
        for n, (a, current) in itertools.product(range(len(vertices)), enumerate(GAMMA)):
            beam = METRIC[a, a] * (bar(p) @ current @ e) / sqrt_s**2
            line = vertices[n] @ propagator(minus + emitted, mass) @ current
            line = line + current @ propagator(-plus - emitted, mass) @ vertices[n]
            amplitude[n] += beam * (bar(out) @ line @ anti)
        total += vector_sum(amplitude) if len(vertices) == 4 else abs(amplitude[0]) ** 2
    return total


def vector_sum(amplitude):
    return float(-(np.diag(METRIC) * np.abs(amplitude) ** 2).sum())


def muon_pair_photon(minus, plus, photon, mass, sqrt_s):
    electron, positron = beams(sqrt_s)
    pair, total = minus + plus, 0.0
    for e, p, out, anti in spins(u(electron, 0), v(positron, 0), u(minus, mass), v(plus, mass)):
        amplitude = np.zeros(4, complex)
        for n, a in itertools.product(range(4), range(4)):
            current, vertex = GAMMA[a], GAMMA[n]
            line = vertex @ propagator(minus + photon, mass) @ current
            line = line + current @ propagator(-plus - photon, mass) @ vertex
            amplitude[n] += METRIC[a, a] * (bar(p) @ current @ e) * (bar(out) @ line @ anti) / sqrt_s**2
            line = vertex @ propagator(electron - pair) @ current + current @ propagator(electron - photon) @ vertex
            amplitude[n] += METRIC[a, a] * (bar(p) @ line @ e) * (bar(out) @ current @ anti) / square(pair)
        total += vector_sum(amplitude)
    return total


def four_muons(momenta, mass, sqrt_s):
    """Twelve diagrams for mu- mu+ mu- mu+, momenta of shape (4, 4)."""
    electron, positron = beams(sqrt_s)
    spinors = [u(momenta[0], mass), v(momenta[1], mass), u(momenta[2], mass), v(momenta[3], mass)]
    total = 0.0
    for e, p, *muons in spins(u(electron, 0), v(positron, 0), *spinors):
        amplitude = 0.0
        for sign, (a, b), (c, d) in ((1, (0, 1), (2, 3)), (-1, (0, 3), (2, 1))):
            amplitude += sign * _two_pairs(e, p, muons, momenta, (a, b, c, d), mass, sqrt_s)
        total += abs(amplitude) ** 2
    return total


def _two_pairs(e, p, muons, momenta, places, mass, sqrt_s):
    a, b, c, d = places
    electron, _ = beams(sqrt_s)
    one, two = momenta[a] + momenta[b], momenta[c] + momenta[d]
    first = slash(np.array([bar(muons[a]) @ g @ muons[b] for g in GAMMA]) / square(one))
    second = slash(np.array([bar(muons[c]) @ g @ muons[d] for g in GAMMA]) / square(two))
    line = first @ propagator(electron - two) @ second + second @ propagator(electron - one) @ first
    found = bar(p) @ line @ e
    beam = slash(np.array([bar(p) @ g @ e for g in GAMMA])) / sqrt_s**2
    for inner, pair, out, anti in ((first, one, c, d), (second, two, a, b)):
        line = inner @ propagator(momenta[out] + pair, mass) @ beam
        line = line + beam @ propagator(-momenta[anti] - pair, mass) @ inner
        found += bar(muons[out]) @ line @ muons[anti]
    return found


def three_photons(momenta, sqrt_s):
    electron, positron = beams(sqrt_s)
    total = 0.0
    for e, p in spins(u(electron, 0), v(positron, 0)):
        for indices in itertools.product(range(4), repeat=3):
            amplitude = 0.0
            for i, j, k in itertools.permutations(range(3)):
                late = propagator(momenta[i] - positron)
                early = propagator(electron - momenta[k])
                amplitude += bar(p) @ GAMMA[indices[i]] @ late @ GAMMA[indices[j]] @ early @ GAMMA[indices[k]] @ e
            total += -np.prod([METRIC[n, n] for n in indices]) * abs(amplitude) ** 2
    return total


def photon_and_pseudoscalar(photon, sqrt_s):
    """sum |M|^2 of e+e- -> gamma a over e^2 g^2: vertex epsilon^{mu nu alpha beta} q_alpha k_beta."""
    electron, positron = beams(sqrt_s)
    total = 0.0
    for e, p in spins(u(electron, 0), v(positron, 0)):
        beam = METRIC @ np.array([bar(p) @ g @ e for g in GAMMA]) / sqrt_s**2
        upper = np.einsum("mnab,m,a,b->n", LEVI_CIVITA, beam, METRIC @ (electron + positron), METRIC @ photon)
        total += vector_sum(upper)
    return total


def vector_and_scalar(vector, mass, sqrt_s):
    """sum |M|^2 of e+e- -> A' h' over (e eps)^2 (2 g_D m_A)^2: the A' of the beams turns into A' h'."""
    electron, positron = beams(sqrt_s)
    total = 0.0
    for e, p in spins(u(electron, 0), v(positron, 0)):
        beam = np.array([bar(p) @ g @ e for g in GAMMA]) / (sqrt_s**2 - mass**2)
        total += vector_sum(beam) + abs(METRIC @ vector @ beam) ** 2 / mass**2
    return total


def photon_and_vector(photon, vector, sqrt_s):
    """sum |M|^2 of e+e- -> gamma A' over e^4 eps^2."""
    electron, positron = beams(sqrt_s)
    total = 0.0
    for e, p in spins(u(electron, 0), v(positron, 0)):
        for a, b in itertools.product(range(4), repeat=2):
            line = GAMMA[a] @ propagator(electron - vector) @ GAMMA[b]
            line = line + GAMMA[b] @ propagator(electron - photon) @ GAMMA[a]
            total += METRIC[a, a] * METRIC[b, b] * abs(bar(p) @ line @ e) ** 2
    return total


LEVI_CIVITA = np.zeros((4, 4, 4, 4))
for _order in itertools.permutations(range(4)):
    LEVI_CIVITA[_order] = np.linalg.det(np.eye(4)[list(_order)])


LEFT = (UNIT - 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]) / 2


def lower_slash(current):
    """gamma^a J_a of a complex current with upper index."""
    return np.einsum("m,mab->ab", METRIC @ current, GAMMA)


def lepton_current(out, out_mass, anti, anti_mass):
    """u-bar gamma^a P_L v of two leptons, for all their spins, each a vector with upper index."""
    return [
        np.array([bar(a) @ matrix @ LEFT @ b for matrix in GAMMA])
        for a, b in spins(u(out, out_mass), v(anti, anti_mass))
    ]


def decayed_pair(taus, neutrinos, currents, mass, vertices, sqrt_s=None):
    """sum |M|^2 of a tau pair that decays to neutrinos and currents, over all spins and the currents.

    Args:
        taus: momenta of tau- and tau+.
        neutrinos: of the tau neutrino and the tau antineutrino.
        currents: what W- and W+ turn into, lists of vectors with upper index.
        mass: of the tau.
        vertices: the matrix that makes the pair; with sqrt_s, the beams make a photon.
    """
    minus, plus = slash(taus[0]) + mass * UNIT, mass * UNIT - slash(taus[1])
    if sqrt_s is not None:
        electron, positron = beams(sqrt_s)
        vertices = [
            lower_slash(np.array([bar(p) @ matrix @ e for matrix in GAMMA]))
            for e, p in spins(u(electron, 0), v(positron, 0))
        ]
    total = 0.0
    for vertex, one, other, a, b in spins(vertices, *currents, u(neutrinos[0], 0), v(neutrinos[1], 0)):
        line = lower_slash(one) @ LEFT @ minus @ vertex @ plus @ lower_slash(other) @ LEFT
        total += abs(bar(a) @ line @ b) ** 2
    return total
