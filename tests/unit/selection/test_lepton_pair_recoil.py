"""Two leptons and their recoil: what a perfect detector would measure, and events with other tracks."""

import numpy as np
import pytest

from gloam.detector import BELLE2, ReconstructedBatch, perfect, simulate
from gloam.events import Particle
from gloam.generation import generate, make_process
from gloam.kinematics.event_shapes import thrust
from gloam.selection import lepton_pair_recoil
from gloam.selection.lepton_pair_recoil import PUNZI_INPUTS

SQRT_S = float(BELLE2.beams.energy)


def seen(*names, momenta, found=None):
    """One event of particles with momenta in the centre of mass."""
    particles = tuple(Particle(name, 0.0) for name in names)
    p = np.array([[np.linalg.norm(each), *each] for each in np.asarray(momenta, float)])[None]
    there = np.ones((1, len(names)), bool) if found is None else np.array([found])
    p = np.where(there[..., None], p, np.nan)
    laboratory = BELLE2.beams.to_laboratory(p)
    return ReconstructedBatch(particles, tuple(range(len(names))), p, laboratory, there, there, np.ones(1))


def only(batch, leptons=("mu", "mu")):
    entries = lepton_pair_recoil(batch, SQRT_S, BELLE2.beams, leptons)
    return {name: float(column[0]) for name, column in entries.columns.items()}


@pytest.fixture(scope="module")
def ideal():
    events, _ = generate(make_process("mumu-zprime", mass=3.0), 5000, seed=4)
    batch = simulate(events, perfect(BELLE2), seed=3)
    entries = lepton_pair_recoil(batch, 10.58, BELLE2.beams)
    return events.momenta[entries.columns["tracks"] == 2], entries[entries.columns["tracks"] == 2]


def test_the_recoil_is_the_particle_that_was_not_seen(ideal):
    truth, entries = ideal
    np.testing.assert_allclose(entries.columns["M2_recoil"], 9.0, rtol=1e-6)
    zprime = truth[:, 2] if truth.shape[1] == 3 else truth[:, -1]
    np.testing.assert_allclose(entries.columns["pT_pair"], np.hypot(zprime[:, 1], zprime[:, 2]), rtol=1e-6)
    assert (entries.columns["charge"] == 0).all()
    assert set(entries.columns["identified"]) <= {0.0, 1.0, 2.0}


def test_projections_are_those_on_the_faster_and_the_slower_lepton():
    """Leptons along x and y, the faster along x: the recoil (-4, -1, 0) has 1 across x and 4 across y."""
    found = only(seen("mu-", "mu+", momenta=[[4, 0, 0], [0, 1, 0]]))
    assert found["pT_rec_lmax"] == pytest.approx(1.0)
    assert found["pT_rec_lmin"] == pytest.approx(4.0)
    assert found["pT_pair"] == pytest.approx(np.hypot(4, 1))
    assert found["azimuth_opening"] < 180
    assert found["M2_recoil"] == pytest.approx((SQRT_S - 5) ** 2 - 17)


def test_other_numbers_of_tracks_have_no_recoil():
    lost = only(seen("mu-", "mu+", momenta=[[4, 0, 0], [0, 1, 0]], found=[True, False]))
    assert lost["tracks"] == 1
    assert np.isnan(lost["M2_recoil"])
    assert lost["identified"] == 0
    more = only(seen("e-", "e+", "mu-", "mu+", momenta=[[1, 0, 0], [0, 1, 0], [2, 2, 0], [0, 0, 1]]))
    assert more["tracks"] == 4
    assert np.isnan(more["pT_pair"])


@pytest.mark.parametrize(("names", "leptons", "identified"), [
    (("mu-", "mu+"), ("mu", "mu"), 2), (("e-", "mu+"), ("e", "mu"), 2), (("mu-", "e+"), ("e", "mu"), 2),
    (("mu-", "mu+"), ("e", "mu"), 1), (("e-", "e+"), ("mu", "mu"), 0), (("mu-", "e+"), ("mu", "mu"), 1),
])  # fmt: skip
def test_leptons_are_counted_that_are_what_is_asked_for(names, leptons, identified):
    assert only(seen(*names, momenta=[[4, 0, 0], [0, 1, 0]]), leptons)["identified"] == identified


def test_two_leptons_of_four_particles_are_a_pair_where_the_others_are_lost():
    found = only(seen("e-", "e+", "mu-", "mu+", momenta=[[0, 0, 5], [0, 0, -5], [4, 0, 0], [0, 1, 0]],
                      found=[False, False, True, True]))  # fmt: skip
    assert (found["tracks"], found["identified"], found["charge"]) == (2, 2, 0)
    same = only(seen("e-", "e+", "mu-", "mu+", momenta=[[1, 0, 0], [0, 0, 5], [4, 0, 0], [0, 1, 0]],
                     found=[True, False, True, False]))  # fmt: skip
    assert same["charge"] == -2


def test_photons_are_extra_energy_and_have_an_angle_to_the_recoil():
    """A photon of half of the energy carries all of the recoil."""
    half = SQRT_S / 2
    found = only(seen("mu-", "mu+", "gamma", momenta=[[half - 1, 0, 0], [1, 0, 0], [-half, 0, 0]]))
    assert found["extra_energy"] > 1.0
    assert found["photon_to_rec"] < 1e-3
    assert found["M2_recoil"] == pytest.approx(0.0, abs=1e-6)
    assert only(seen("mu-", "mu+", momenta=[[3, 0.5, 0], [1, -0.5, 0]]))["photon_to_rec"] == 180.0


def test_inputs_of_the_networks_are_projections_of_the_two_leptons():
    """Leptons along x and at 60 degrees to it: the faster has 4 sin 60 across and 4 cos 60 along the slower."""
    found = only(seen("mu-", "mu+", momenta=[[4, 0, 0], [0.5, np.sqrt(0.75), 0]]))
    assert found["pT_lmax_lmin"] == pytest.approx(4 * np.sqrt(0.75))
    assert found["pL_lmax_lmin"] == pytest.approx(2.0)
    assert set(PUNZI_INPUTS) < set(found)


@pytest.mark.parametrize("second", [[0.5, 0.8, 0.3], [-0.5, 0.8, 0.3], [-3.0, 0.1, 0.0]])
def test_the_thrust_axis_is_that_of_the_event_shapes(second):
    first = np.array([4.0, 0.2, -0.5])
    found = only(seen("mu-", "mu+", momenta=[first, second]))
    axis = thrust(np.array([[[0.0, *first], [0.0, *second]]])).axis[0]
    for lepton in (first, np.array(second)):
        across = lepton - (lepton @ axis) * axis
        assert found["pT_thrust"] == pytest.approx(np.linalg.norm(across))
