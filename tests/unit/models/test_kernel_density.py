import numpy as np
import pytest
from scipy import special

from gloam.errors import InputError
from gloam.models import SimulatedSample, kernel_density

RANDOM = np.random.default_rng(7)
EVENTS = RANDOM.normal(0.0, 0.02, 500)
Z = np.linspace(-0.2, 0.2, 81)


def sample(position, scale=1.0):
    return SimulatedSample(position, position + scale * EVENTS)


def test_the_table_is_the_sum_of_the_kernels():
    """What cubic interpolation costs: 3e-9 of the narrowest kernel."""
    shape = kernel_density([sample(1.0)], 0.02, adaptive=False)
    quartiles = np.percentile(EVENTS, [25, 75], method="hazen")
    h = 0.9 * min(EVENTS.std(), np.ptp(quartiles) / 1.34) * EVENTS.size**-0.2
    exact = special.ndtr((Z[:, None] - EVENTS) / h).mean(axis=1)
    np.testing.assert_allclose(shape.cumulative(1.0 + Z, np.array([1.0])), exact, rtol=0, atol=4e-9)


def test_only_ratios_of_weights_count_and_events_without_weight_do_not():
    weights = RANDOM.uniform(0.5, 2, 500)
    one = kernel_density([SimulatedSample(0.0, EVENTS, weights)], 0.02)
    other = SimulatedSample(0.0, np.append(EVENTS, 5.0), 8 * np.append(weights, 0.0))
    np.testing.assert_allclose(
        kernel_density([other], 0.02).cumulative(Z, np.zeros(1)), one.cumulative(Z, np.zeros(1)), rtol=0, atol=1e-12
    )


def test_the_nearest_sample_is_taken():
    samples = [sample(1.0), sample(2.0, 3.0)]
    shape = kernel_density(samples, lambda m: 0.02 * m)
    ends = [kernel_density([s], lambda m: 0.02 * m) for s in samples]
    position = np.array([[0.5], [1.4], [1.6], [5.0]])
    found = shape.cumulative(position + Z, position)
    for row, end in zip(found, (ends[0], ends[0], ends[1], ends[1]), strict=True):
        at = position[np.flatnonzero((found == row).all(axis=1))[0]]
        np.testing.assert_array_equal(row, end.cumulative(at + Z, at))


def test_or_neighbours_are_interpolated_at_the_same_distance_in_widths():
    samples = [sample(1.0), sample(2.0, 3.0), sample(4.0)]
    shape = kernel_density(samples, 0.02, interpolate=True)
    ends = [kernel_density([s], 0.02) for s in samples]
    for at, (a, b), part in ((1.0, (0, 1), 0.0), (1.25, (0, 1), 0.25), (3.0, (1, 2), 0.5), (4.0, (1, 2), 1.0)):
        low, high = (ends[k].cumulative(at + Z, np.array([at])) for k in (a, b))
        np.testing.assert_allclose(
            shape.cumulative(at + Z, np.array([at])), (1 - part) * low + part * high, rtol=0, atol=1e-14
        )
    with pytest.raises(InputError, match=r"for 0.9 to 1: got 1 to 4; allowed: positions between them"):
        shape.cumulative(Z, np.array([[1.0], [0.9]]))


def test_it_narrows_and_moves_with_the_resolution():
    shape = kernel_density([sample(1.0)], lambda m: 0.02 * m)
    here, there = (shape.cumulative(m + m * Z, np.array([m])) for m in (1.0, 3.0))
    np.testing.assert_allclose(there, here, atol=1e-12)
    assert shape.resolution(np.array([3.0])) == pytest.approx(0.06)


def test_an_outlier_costs_no_memory():
    values = np.concatenate([EVENTS, [1e5]])
    shape = kernel_density([SimulatedSample(0.0, values)], 0.02)
    assert shape.tables[0].coefficients.shape[1] <= 400_002
    assert shape.cumulative(np.array([50.0]), np.zeros(1)) == pytest.approx(500 / 501, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "weights", "words"),
    [
        ([1.0], None, "two or more events"),
        ([1.0, 2.0], [1.0], r"weights of shape \(1,\)"),
        ([1.0, np.nan], None, "not finite"),
        ([1.0, 2.0], [1.0, -0.5], "negative weights"),
        ([1.0, 2.0], [0.0, 0.0], "no weight at all"),
        ([1.0, 1.0, 2.0], [1.0, 1.0, 0.0], "one value only"),
    ],
)
def test_samples_that_are_none(values, weights, words):
    with pytest.raises(InputError, match=words):
        SimulatedSample(1.0, values, weights)


def test_samples_have_to_be_in_order():
    with pytest.raises(InputError, match="one or more, at increasing positions"):
        kernel_density([sample(2.0), sample(1.0)], 0.02)
    with pytest.raises(InputError, match="one or more, at increasing positions"):
        kernel_density([], 0.02)
