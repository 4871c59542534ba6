"""What must hold for limits on cross sections, whatever the factors are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gloam.interpretation import YieldFactors, cross_section_limits
from gloam.models import Table
from gloam.statistics import UpperLimits

FRACTION = st.floats(1e-6, 1.0)
LIMIT = st.floats(1e-3, 1e6)


@st.composite
def tables(draw):
    masses = draw(st.lists(st.floats(0.5, 10.0), min_size=2, max_size=6, unique=True))
    values = draw(st.lists(FRACTION, min_size=len(masses), max_size=len(masses)))
    return Table(np.array(sorted(masses)), np.array(values), "efficiency")


@given(st.data(), tables(), st.floats(1e-6, 1e6), st.none() | FRACTION, st.none() | st.floats(0.1, 10.0))
def test_a_cross_section_times_its_factors_is_the_yield(data, efficiency, luminosity, branching, radiative):
    mass = np.array(data.draw(st.lists(st.floats(efficiency.mass[0], efficiency.mass[-1]), min_size=1, max_size=4)))
    observed = np.array(data.draw(st.lists(LIMIT, min_size=mass.size, max_size=mass.size)))
    limits = UpperLimits(observed, observed[:, None] * np.array([0.3, 0.5, 0.7, 1.0, 1.4]), 0.90, "cls", 0)
    found = cross_section_limits(limits, YieldFactors(luminosity, efficiency, branching, radiative), mass)
    back = found.observed * luminosity * found.efficiency * (branching or 1.0) * (radiative or 1.0)
    # at most four divisions and as many products, each rounded once
    np.testing.assert_allclose(back, observed, rtol=8 * np.finfo(float).eps)
    np.testing.assert_allclose(found.effective * luminosity, observed, rtol=2 * np.finfo(float).eps)
    np.testing.assert_allclose(
        found.expected / found.observed[:, None], limits.expected / observed[:, None], rtol=1e-15
    )
    # the interpolation adds to a value of at most 1 a product that is rounded twice
    assert (found.efficiency >= efficiency.value.min() - 2 * np.finfo(float).eps).all()
    assert (found.efficiency <= efficiency.value.max() + 2 * np.finfo(float).eps).all()
