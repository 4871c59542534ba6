"""From a process to a spectrum in pieces: the same as in one, whatever the pieces are."""

import numpy as np
import pytest

from gloam.calibration import simulated_spectrum, visible_cross_section
from gloam.detector import BELLE2, simulate
from gloam.errors import InputError
from gloam.generation import generate, make_process
from gloam.kinematics import recoil_mass_squared
from gloam.selection import Entries, above, below, choose, observe, select
from gloam.spectra import Axis, fill

PROCESS = make_process("gamma-alp", mass=2.0)
AXIS = Axis(np.linspace(-5, 112, 40), "M2_recoil", "GeV^2")
CUTS = [above("smallest energy", 0.5, unit="GeV"), below("M2_recoil", 100.5, unit="GeV^2")]
BEAMS = np.array([10.58, 0.0, 0.0, 0.0])


def recoils(seen):
    """Each photon of three with the mass that recoils against it."""
    candidates = choose(seen.momenta, [[0], [1], [2]], event=seen.numbers, weights=seen.weights)
    energies = lambda found: np.minimum(found.chosen[:, 0, 0], found.rest[..., 0].min(1))  # noqa: E731
    recoil = lambda found: recoil_mass_squared(BEAMS, found.chosen)  # noqa: E731
    return observe(candidates, {"M2_recoil": recoil, "smallest energy": energies})


@pytest.mark.parametrize("settings", [{}, {"weighted": True}, {"hit_or_miss": False}])
def test_pieces_and_threads_leave_no_trace(monkeypatch, settings):
    found = []
    for size, threads in ((100, 1), (999, 2), (10**6, 1)):
        monkeypatch.setattr("gloam.calibration.streaming.BATCH", size)
        found.append(simulated_spectrum(PROCESS, BELLE2, recoils, CUTS, [AXIS], events=2500, seed=1, threads=threads,
                                        **settings))  # fmt: skip
    for other in found[1:]:
        np.testing.assert_allclose(other.spectrum.contents, found[0].spectrum.contents, rtol=1e-12)
        np.testing.assert_allclose(other.spectrum.variances(), found[0].spectrum.variances(), rtol=1e-12)
        counts = [(after.entries, after.events) for after in other.flow.after]
        assert counts == [(after.entries, after.events) for after in found[0].flow.after]
        assert other.weight == pytest.approx(found[0].weight, rel=1e-12)


def test_it_is_what_one_does_step_by_step():
    found = simulated_spectrum(PROCESS, BELLE2, recoils, CUTS, [AXIS], events=3000, seed=4)
    events, tally = generate(PROCESS, 3000, seed=4)
    seen = simulate(events, BELLE2, seed=4, sample="gamma-alp")
    kept, flow = select(recoils(seen), CUTS)
    expected = fill(kept.columns["M2_recoil"], AXIS, weights=kept.weights)
    np.testing.assert_allclose(found.spectrum.contents, expected.contents)
    assert found.flow == flow
    assert (found.generated, found.weight) == (3000, events.weights.sum())
    assert found.tally.cross_section == pytest.approx(tally.cross_section)
    assert found.spectrum.origin.kind == "pseudo"
    assert flow.before.entries == 9000


def test_a_selection_that_nothing_passes_leaves_an_empty_spectrum():
    found = simulated_spectrum(PROCESS, BELLE2, recoils, [above("M2_recoil", 1e6)], [AXIS], events=100, seed=1)
    assert found.spectrum.contents.sum() == 0
    assert found.flow.before.events == 100


def test_an_axis_is_named_like_a_column():
    with pytest.raises(InputError, match="no column 'mass' among M2_recoil, smallest energy"):
        simulated_spectrum(PROCESS, BELLE2, recoils, CUTS, [Axis([0.0, 1.0])], events=10, seed=1)


def test_what_is_not_a_number_must_be_cut_away():
    with pytest.raises(InputError, match=r"spectrum of simulated gamma-alp: got .* values NaN"):
        simulated_spectrum(PROCESS, BELLE2, recoils, [], [AXIS], events=1000, seed=1)


def test_two_observables_fill_a_plane():
    axes = [AXIS, Axis(np.linspace(0.0, 6.0, 4), "smallest energy")]
    plane = simulated_spectrum(PROCESS, BELLE2, recoils, CUTS, axes, events=1000, seed=1).spectrum
    line = simulated_spectrum(PROCESS, BELLE2, recoils, CUTS, [AXIS], events=1000, seed=1).spectrum
    np.testing.assert_allclose(plane.contents.sum(1), line.contents)


def test_a_visible_cross_section_is_that_of_weighted_points():
    """Weighted events sum to it: the cross section over the number of points, less those that fail."""
    process = make_process("3gamma", min_energy=0.5, min_angle=20)
    kinds = [simulated_spectrum(process, BELLE2, recoils, CUTS, [AXIS], events=8192, seed=1, weighted=weighted)
             for weighted in (True, False)]  # fmt: skip
    full, plain = map(visible_cross_section, kinds)
    tally = kinds[0].tally  # of whole chunks: of the points that they kept not all were asked for
    points = 8192 * tally.trials / tally.kept
    np.testing.assert_allclose(full.contents, kinds[0].spectrum.contents / points, rtol=0.02)
    apart = full.contents.sum() - plain.contents.sum()
    # an event has up to three entries, which are not independent
    assert abs(apart) < 4 * np.sqrt(3 * (full.variances(flow=True) + plain.variances(flow=True)).sum())
    for visible, found in zip((full, plain), kinds, strict=True):
        np.testing.assert_allclose(visible.counts(), found.spectrum.counts())
        assert 0 < visible.contents.sum() < 3 * found.tally.cross_section


def test_a_decay_has_no_visible_cross_section():
    process = make_process("b-dark-baryon", mass=2.0)

    def protons(seen):
        found = seen.found[:, 0]
        energy = np.where(found, seen.momenta[:, 0, 0], -1.0)
        return Entries({"E": energy}, seen.numbers, seen.weights)

    found = simulated_spectrum(process, BELLE2, protons, [], [Axis([0.0, 12.0], "E")], events=100, seed=1)
    with pytest.raises(InputError, match="visible cross section: got events of a decay"):
        visible_cross_section(found)
