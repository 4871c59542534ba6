"""The simulation against what searches published of their own, as far as rounded numbers go.

None of these numbers was used for the declared detectors.
"""

import numpy as np
import pytest

from gloam.detector import BELLE, BELLE2, simulate, varied
from gloam.generation import generate, make_process
from gloam.kinematics import recoil_mass

pytestmark = pytest.mark.validation

BEAMS = np.array([10.58, 0.0, 0.0, 0.0])


def half_width(values):
    """Half of the interval that holds the middle 68.27 %."""
    low, high = np.percentile(values, [15.866, 84.134])
    return (high - low) / 2


@pytest.mark.parametrize(("mass", "published"), [(3.6, 0.030), (10.0, 0.0015)])
def test_recoil_masses_have_the_resolution_of_belle2(mass, published):
    """arXiv:2306.12294: 1.5 to 30 MeV from 10 down to 3.6 GeV.

    That is less than what 5 MeV of beam spread alone would make of 10 GeV, so that it is one without spread. Two
    recalled terms of the momentum resolution and an assumed angle reach both ends to 30 %.
    """
    events, _ = generate(make_process("mumu-zprime", mass=mass), 20_000, seed=3)
    seen = simulate(events, varied(BELLE2, spread=False), seed=1)
    both = seen.found.all(1)
    assert half_width(recoil_mass(BEAMS, seen.momenta[both])) == pytest.approx(published, rel=0.3)


def test_the_spread_of_the_beams_is_the_floor_of_the_resolution():
    """At 10 GeV it is sigma(sqrt(s)) E_rec / M_rec = 5.0 MeV, three times the published width."""
    events, _ = generate(make_process("mumu-zprime", mass=10.0), 20_000, seed=3)
    seen = simulate(events, BELLE2, seed=1)
    width = half_width(recoil_mass(BEAMS, seen.momenta[seen.found.all(1)]))
    assert 0.005 < width < 0.0055


def test_the_efficiency_of_four_muons_rises_and_falls_as_that_of_belle():
    """arXiv:2109.08596: it rises to about 6 GeV and falls then."""
    masses = np.array([0.5, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    efficiencies = []
    for mass in masses:
        events, _ = generate(make_process("mumu-zprime", mass=mass, decay="mumu"), 10_000, seed=3)
        efficiencies.append(simulate(events, BELLE, seed=1).identified.all(1).mean())
    peak = int(np.argmax(efficiencies))
    assert 5.0 <= masses[peak] <= 6.0
    assert (np.diff(efficiencies[: peak + 1]) > 0).all()
    assert (np.diff(efficiencies[peak:]) < 0).all()
