"""The Z' with a width."""

import numpy as np
import pytest
from scipy.integrate import quad

from gloam.theory import zprime


@pytest.mark.parametrize("mass", [0.5, 3.0, 8.0, 10.0])
@pytest.mark.parametrize("relative", [0.01, 0.1])
def test_a_broad_zprime_is_an_integral_over_its_mass(mass, relative):
    width, highest = relative * mass, 10.58 - 2 * 0.1056583755

    def integrand(m):
        running = m**2 * width / mass
        shape = running / ((m**2 - mass**2) ** 2 + running**2) / np.pi
        return 2 * m * shape * float(zprime.cross_section(m))

    edges = [mass * (1 + step * relative) for step in (-3, -1, 0, 1, 3) if 1 + step * relative > 0.1]
    edges = [edge for edge in edges if edge < highest]
    expected = quad(integrand, 0.1 * mass, highest, points=edges, limit=400, epsrel=1e-7)[0]
    assert zprime.broad_cross_section(mass, width) == pytest.approx(expected, rel=1e-5)


def test_a_broad_zprime_above_the_threshold_is_still_made():
    assert zprime.cross_section(10.5) == 0
    assert zprime.broad_cross_section(10.5, 1.05) > 0
    assert zprime.broad_cross_section(200.0, 1.0) == 0


def test_the_invisible_fraction_steps_down_at_the_thresholds():
    below, above, heavy = zprime.invisible_fraction([0.2, 1.0, 9.9])
    assert below == 1
    assert above == pytest.approx(1 / 2, abs=1e-3)
    assert heavy == pytest.approx(1 / 3, abs=2e-3)
