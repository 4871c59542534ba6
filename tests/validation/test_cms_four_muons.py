"""The four pairs of opposite charge in real four-muon events of CMS: their masses, a scan of them, and shared muons.

Not a result on the dark sector: it shows that what scans the four pairs of Belle's events runs on collisions, and finds
the Z boson where it is. Source and licence are in `data/cms_four_muons/README.md`.
"""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

import gloam
from gloam.constants import MUON_MASS
from gloam.fit import is_certified
from gloam.kinematics import mass_at
from gloam.models import Gaussian, Polynomial
from gloam.selection import reduced_masses
from gloam.spectra import Axis, EventBootstrap
from gloam.statistics import bootstrap_fits

FILE = Path(__file__).parent / "data" / "cms_four_muons" / "four_muons.csv"
Z_MASS = 91.19
ROUNDING = 0.006
"""GeV: momenta in the file have six digits."""

pytestmark = pytest.mark.validation


@pytest.fixture(scope="module")
def table():
    return np.genfromtxt(FILE, delimiter=",", names=True)


@pytest.fixture(scope="module")
def pairs(table):
    """The masses of the four pairs of each event, shape (n, 4)."""
    charge = np.stack([table[f"Q{i}"] for i in (1, 2, 3, 4)], axis=1)
    momenta = np.stack(
        [np.stack([table[f"{axis}{i}"] for axis in ("E", "px", "py", "pz")], axis=1) for i in (1, 2, 3, 4)], axis=1
    )
    minus, plus = np.nonzero(charge < 0)[1].reshape(-1, 2), np.nonzero(charge > 0)[1].reshape(-1, 2)
    order = np.stack([minus[:, 0], plus[:, 0], minus[:, 1], plus[:, 1]], axis=1)
    muons = np.take_along_axis(momenta, order[..., None], axis=1)
    return mass_at(reduced_masses(muons), "reduced mass")


@pytest.fixture(scope="module")
def events(pairs):
    """The pairs between 60 and 120 GeV as a spectrum that remembers the events."""
    inside = (pairs > 60) & (pairs < 120)
    number = np.broadcast_to(np.arange(len(pairs))[:, None], pairs.shape)
    return EventBootstrap.of(number[inside], pairs[inside], Axis(np.linspace(60, 120, 121), "m", "GeV"))


@pytest.fixture(scope="module")
def scan(events):
    return gloam.scan(events.spectrum(), Gaussian(2.0), Polynomial(2), np.arange(80.0, 103.0, 0.5), window=30.0)


def test_the_two_pairs_that_the_experiment_chose_are_complements_among_the_four(table, pairs):
    assert pairs.shape == (113, 4)
    first = np.abs(pairs - table["mZ1"][:, None]).argmin(axis=1)
    rows = np.arange(len(pairs))
    np.testing.assert_allclose(pairs[rows, first], table["mZ1"], atol=ROUNDING)
    np.testing.assert_allclose(pairs[rows, 3 - first], table["mZ2"], atol=ROUNDING)


def test_both_ways_to_pair_give_the_mass_of_all_four(table, pairs):
    """With the two pairs of equal charge the squared masses add up to M^2 + 8 m_mu^2."""
    charge = np.stack([table[f"Q{i}"] for i in (1, 2, 3, 4)], axis=1)
    p = np.stack([np.stack([table[f"{a}{i}"] for a in ("E", "px", "py", "pz")], axis=1) for i in (1, 2, 3, 4)], axis=1)
    metric = np.array([1.0, -1.0, -1.0, -1.0])
    same = sum((np.square((p * (charge == sign)[..., None]).sum(axis=1)) * metric).sum(axis=1) for sign in (-1, 1))
    total = np.square(pairs).sum(axis=1) + same
    np.testing.assert_allclose(np.sqrt(total - 8 * MUON_MASS**2), table["M"], atol=ROUNDING)


def test_a_scan_of_the_pairs_finds_the_z_boson(scan):
    assert is_certified(scan.status).all()
    assert scan.z_local.max() > 7
    assert scan.mass[scan.z_local.argmax()] == pytest.approx(Z_MASS, abs=1.0)


def test_pairs_that_share_an_event_inflate_the_error_at_the_z(scan, events):
    """The bootstrap against the sandwich formula: sums over events, not entries, of the influence on the yield."""
    at_z = int(scan.z_local.argmax())
    found = bootstrap_fits(scan, events, 600, rows=np.array([at_z]))
    influence = _influence(events, scan.mass[at_z])[events.bins - 1]
    of_events = np.bincount(events.event, influence, events.events)
    expected = np.sqrt(np.square(of_events).sum() / np.square(influence).sum())
    assert expected > 1.1
    assert found.error[0] / scan.n_sig_err[at_z] == pytest.approx(expected, abs=0.08)


def _influence(events, position):
    """By how much an entry in each bin moves the yield: fit of a straight expectation to Poisson counts."""
    edges, counts = events.axis.edges, events.spectrum().values()
    inside = (events.axis.centers > position - 30) & (events.axis.centers < position + 30)
    x = (events.axis.centers - 90) / 30
    design = np.stack([np.ones_like(x), x, x**2, np.diff(norm.cdf(edges, position, 2.0))], axis=1)[inside]
    expected = np.full(inside.sum(), counts.mean())
    for _ in range(50):
        weighted = design.T / expected
        expected = 0.5 * expected + 0.5 * np.maximum(
            design @ np.linalg.solve(weighted @ design, weighted @ counts[inside]), 1e-3
        )
    found = np.zeros(len(x))
    found[inside] = np.linalg.solve(design.T / expected @ design, design.T / expected)[-1]
    return found
