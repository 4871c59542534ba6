"""CLs limits and bands against pyhf, in which the same polynomial is a sum of Bernstein templates."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import upper_limits

pytestmark = [
    pytest.mark.validation,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning:pyhf"),
]

LEVEL = 0.95
BINS = 24
LOW, HIGH = 1.0, 2.2

# mean counts per bin at the Bernstein nodes (their number is the order and one), position and width, injected yield
MODELS = {
    "excess on a line": ((120.0, 60.0), 1.55, 0.06, 40.0, 3),
    "deficit on a parabola": ((30.0, 12.0, 15.0), 1.40, 0.05, -8.0, 7),
    "background alone, cubic": ((90.0, 70.0, 66.0, 50.0), 1.75, 0.08, 0.0, 11),
}


def bernstein(order):
    """Bernstein polynomials integrated over the bins, as averages; shape (order + 1, bins)."""
    edges = np.linspace(0, 1, BINS + 1)
    node, weight = np.polynomial.legendre.leggauss(5)
    t = 0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 / BINS * node
    return np.array([math.comb(order, k) * t**k * (1 - t) ** (order - k) @ weight / 2 for k in range(order + 1)])


def signal(position, width):
    return np.diff(ndtr((np.linspace(LOW, HIGH, BINS + 1) - position) / width))


def counts_of(levels, position, width, size, seed):
    expected = np.array(levels) @ bernstein(len(levels) - 1) + size * signal(position, width)
    return np.random.default_rng(seed).poisson(expected).astype(float)


def gloam_limits(counts, order, position, width):
    axis = uniform_axis(LOW, HIGH, bins=BINS)
    grid = Grid.of(np.array([position]))
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
    windows = sliding_windows(axis, grid.position, 10.0)
    result = fit_scan(Scan(spectrum, Gaussian(width), Polynomial(order), grid, windows))
    return result, upper_limits(result, LEVEL)


def pyhf_limits(counts, order, position, width, high):
    import pyhf

    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-4, strategy=2))

    def sample(name, template, factor):
        return {
            "name": name,
            "data": template.tolist(),
            "modifiers": [{"name": factor, "type": "normfactor", "data": None}],
        }

    scale = counts.mean()  # normalisations near 1 suit the minimiser
    templates = [sample(f"b{k}", scale * t, f"norm{k}") for k, t in enumerate(bernstein(order))]
    peak = sample("signal", scale * signal(position, width), "mu")
    model = pyhf.Model({
        "channels": [{"name": "spectrum", "samples": [peak, *templates]}],
        "parameters": [
            {"name": "mu", "bounds": [[0, 1.5 * high / scale]], "inits": [1.0]},
            *({"name": f"norm{k}", "bounds": [[0, 50]], "inits": [1.0]} for k in range(order + 1)),
        ],
    }, poi_name="mu")  # fmt: skip
    data = [*counts, *model.config.auxdata]
    # the polynomials are the same only while no normalisation is held at its bound
    for poi in (0.0, high / scale):
        fitted = pyhf.infer.mle.fixed_poi_fit(poi, data, model)
        assert np.delete(fitted, model.config.poi_index).min() > 0.01
    observed, expected = pyhf.infer.intervals.upper_limits.toms748_scan(
        data, model, 1e-3 * high / scale, 1.5 * high / scale, level=1 - LEVEL, rtol=1e-7
    )
    return scale * float(observed), scale * np.array(expected, float)


@pytest.mark.parametrize("name", MODELS)
def test_limit_and_bands(name, record_property):
    levels, position, width, size, seed = MODELS[name]
    counts, order = counts_of(levels, position, width, size, seed), len(levels) - 1
    result, ours = gloam_limits(counts, order, position, width)
    observed, expected = pyhf_limits(counts, order, position, width, max(ours.expected[0, -1], ours.observed[0]))
    record_property("n_sig", float(result.n_sig[0]))
    record_property("observed", float(abs(ours.observed[0] / observed - 1)))
    record_property("expected", float(np.abs(ours.expected[0] / expected - 1).max()))
    assert ours.observed[0] == pytest.approx(observed, rel=1e-3)
    np.testing.assert_allclose(ours.expected[0], expected, rtol=1e-3)


def test_the_models_are_an_excess_and_a_deficit():
    yields = {}
    for name, (levels, position, width, size, seed) in MODELS.items():
        counts = counts_of(levels, position, width, size, seed)
        result, _ = gloam_limits(counts, len(levels) - 1, position, width)
        yields[name] = result.z_local[0]
    assert yields["excess on a line"] > 1.5
    assert yields["deficit on a parabola"] < -0.5
