"""Decays opposite to a tag: the missing mass, the extra energy, and what is vetoed."""

from dataclasses import replace

import numpy as np
import pytest

from gloam.calibration import TagModel, lambda_and_false_tag, lambda_and_nothing
from gloam.detector import BELLE, perfect
from gloam.events.jagged import JaggedEvents, jagged
from gloam.generation import generate, make_process

SQRT_S = 10.58
EXACT = TagModel(resolution=0.0, clean=1.0, extra=0.1, cluster=0.05)
REAL = TagModel(resolution=0.015, clean=0.3, extra=0.4, cluster=0.05)


def signal(mass=2.5, number=400):
    """B0 -> Lambda psi with another B0."""
    batch, _ = generate(make_process("b-dark-baryon", mass=mass), number, seed=3)
    return jagged(batch)


def with_one_more(events, number, momentum):
    """The same events with another particle from the first B at the end of each."""
    count = len(events)
    at = events.offsets[1:]
    p = np.array([np.linalg.norm(momentum), *momentum])
    return JaggedEvents(
        events.offsets + np.arange(count + 1), np.insert(events.numbers, at, number), np.insert(events.final, at, True),
        np.insert(events.parents, at, 0), np.insert(events.masses, at, 0.0), np.insert(events.momenta, at, p, axis=0),
        events.weights,
    )  # fmt: skip


def test_the_missing_mass_of_exact_events_is_that_of_the_dark_baryon():
    """Measured and tagged without error."""
    for mass in (1.0, 3.9):
        found = lambda_and_nothing(signal(mass), perfect(BELLE), EXACT, SQRT_S, seed=1, sample="s")
        assert len(found) > 300
        assert found.columns["M_recoil"] == pytest.approx(mass, abs=1e-6)
        assert found.columns["M_lambda"] == pytest.approx(1.115683, abs=1e-6)
        assert (found.columns["E_ECL"] == 0).all()


def test_a_heavier_baryon_is_better_resolved():
    """dm = (E dE + p dp) / m: the tag's momentum matters less, the lighter the rest."""
    width = {}
    for mass in (1.0, 2.5, 3.9):
        found = lambda_and_nothing(signal(mass), BELLE, REAL, SQRT_S, seed=1, sample="s")
        width[mass] = np.quantile(np.abs(found.columns["M_recoil"] - mass), 0.68)
    assert width[1.0] > 2 * width[2.5] > 6 * width[3.9]


def test_another_track_is_vetoed_and_a_photon_is_counted():
    """A pion beside the Lambda; a photon of 0.5 GeV; a neutron, which nobody sees."""
    events = signal()
    alone = lambda_and_nothing(events, perfect(BELLE), EXACT, SQRT_S, seed=1, sample="s")
    pion = lambda_and_nothing(
        with_one_more(events, 211, [0.5, 0.2, 0.0]), perfect(BELLE), EXACT, SQRT_S, seed=1, sample="s"
    )
    assert len(pion) < 0.05 * len(alone)
    photon = lambda_and_nothing(
        with_one_more(events, 22, [0.4, 0.3, 0.0]), perfect(BELLE), EXACT, SQRT_S, seed=1, sample="s"
    )
    assert photon.columns["E_ECL"] == pytest.approx(0.5434, abs=0.02)  # boosted by gamma = 1.087 along the beam
    neutron = lambda_and_nothing(
        with_one_more(events, 2112, [0.5, 0.2, 0.0]), perfect(BELLE), EXACT, SQRT_S, seed=1, sample="s"
    )
    assert len(neutron) == len(alone)


def test_extra_energy_follows_its_model():
    """A share of 0.3 has none; the others 0.4 GeV on average."""
    found = lambda_and_nothing(signal(number=4000), BELLE, REAL, SQRT_S, seed=1, sample="s")
    extra = found.columns["E_ECL"]
    assert np.mean(extra == 0) == pytest.approx(0.3, abs=0.03)
    assert extra[extra > 0].mean() == pytest.approx(0.4, abs=0.03)


def test_repeats_share_the_weight():
    """Five draws of the tag for each decay, a fifth of the weight each."""
    events = signal(number=100)
    one, five = (
        lambda_and_nothing(events, BELLE, replace(REAL, repeats=n), SQRT_S, seed=1, sample="s") for n in (1, 5)
    )
    assert len(five) == 5 * len(one)
    assert five.weights.sum() == pytest.approx(len(one))
    assert five.events == len(one)


def test_charged_mesons_are_left_out():
    """The same decay of a B+ is no candidate."""
    events = signal()
    charged = replace(events, numbers=np.where(np.abs(events.numbers) == 511, 521, events.numbers))
    assert len(lambda_and_nothing(charged, BELLE, REAL, SQRT_S, seed=1, sample="s")) == 0


BALLS = (5.27, 5.2)


def pair_beside(tag_momentum, *, charge=1):
    """A Lambda, and two tracks that carry the energy of a beam and a momentum along y."""
    half = 5.29 / 2
    lam, proton, pion = signal(2.5, 1).momenta[[2, 4, 5]]
    across = np.sqrt(half**2 - (tag_momentum / 2) ** 2)
    tracks = [[half, across, tag_momentum / 2, 0.0], [half, -across, tag_momentum / 2, 0.0]]
    numbers = np.array([3122, 2212, -211, 211, -211 * charge])
    momenta = np.array([lam, proton, pion, *tracks])
    return JaggedEvents(
        np.array([0, 5]), numbers, np.array([False, True, True, True, True]), np.array([-1, 0, 0, -1, -1]),
        np.array([1.115683, 0.938272, *(0.139570,) * 3]), momenta, np.ones(1),
    )  # fmt: skip


def false_tag(events):
    return lambda_and_false_tag(events, perfect(BELLE), EXACT, SQRT_S, least=BALLS, delta_e=0.5, seed=1, sample="q")


def test_a_false_tag_is_what_lies_beside_the_lambda():
    """Its momentum is shrunk by the radii of the two balls that M_bc allows."""
    events = pair_beside(0.8)
    (found,) = false_tag(events)
    lam = events.momenta[0]
    shrunk = 0.8 * np.sqrt((5.29**2 - 5.27**2) / (5.29**2 - 5.2**2))
    across = -lam[1:] - np.array([0.0, shrunk, 0.0])
    assert found == pytest.approx(np.sqrt((5.29 - lam[0]) ** 2 - across @ across), abs=1e-3)


def test_what_cannot_be_a_tag_is_left_out():
    """A tag with a charge; one whose momentum no B meson has; events with another track."""
    assert false_tag(pair_beside(0.8)).size == 1
    assert false_tag(pair_beside(0.8, charge=-1)).size == 0
    assert false_tag(pair_beside(1.2)).size == 0
    assert false_tag(with_one_more(pair_beside(0.3), 211, [0.3, 0.0, 0.0])).size == 0
