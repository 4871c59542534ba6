"""What holds for every fit: linear in the signal, indifferent to order and units, scaled with weights."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Axis, Spectrum, with_flow

quick = settings(max_examples=25, deadline=None)
BINS = 40
EDGES = np.linspace(2.0, 3.0, BINS + 1)
CENTRE = 0.5 * (EDGES[1:] + EDGES[:-1])
seeds = st.integers(0, 2**32 - 1)
means = st.floats(0.05, 400.0)
positions = st.floats(2.15, 2.85)
widths = st.floats(0.02, 0.08)
tilts = st.tuples(st.floats(-0.6, 0.6), st.floats(-0.3, 0.3))


def parabola(mean, tilt):
    t = 2 * CENTRE - 5
    return mean * (1 + tilt[0] * t + tilt[1] * t * t)


def peak(position, width):
    return np.diff(ndtr((EDGES - position) / width))


def counts_of(seed, mean, tilt=(0.0, 0.0)):
    return np.random.default_rng(seed).poisson(parabola(mean, tilt)).astype(float)


def scan_of(contents, position, width, *, unit=1.0, order=2, half_width=10.0, **kind):
    """Hypotheses at positions, each fitted on the whole axis unless `half_width` says otherwise."""
    axis = Axis(EDGES * unit)
    position = np.atleast_1d(position) * unit
    kind = {name: with_flow(value, (axis,)) if name == "sum_w2" else value for name, value in kind.items()}
    spectrum = Spectrum((axis,), with_flow(contents, (axis,)), **kind)
    windows = sliding_windows(axis, position, half_width * unit)
    return Scan(spectrum, Gaussian(width * unit), Polynomial(order), Grid.of(position), windows)


@quick
@given(st.floats(1.0, 400.0), tilts, positions, widths, st.floats(-0.3, 5.0))
def test_yield_is_that_injected(mean, tilt, position, width, strength):
    """The fit to an expectation returns the yield in it, and the yield is therefore linear in what is injected."""
    background, signal = parabola(mean, tilt), peak(position, width)
    s = strength * np.sqrt(mean / (signal**2).sum())
    s = max(s, -0.5 * (background / np.maximum(signal, 1e-300)).min())
    result = fit_scan(scan_of(background + s * signal, position, width, asimov=True))
    assert result.status[0] == FitStatus.OK
    assert abs(result.n_sig[0] - s) <= 5e-6 * result.n_sig_err[0]  # what a certificate of 1e-11 allows


@quick
@given(seeds, means, tilts, st.lists(positions, min_size=2, max_size=8, unique=True), widths, st.randoms())
def test_order_of_the_hypotheses_does_not_matter(seed, mean, tilt, position, width, random):
    order = list(range(len(position)))
    random.shuffle(order)
    position, counts = np.array(position), counts_of(seed, mean, tilt)
    one = fit_scan(scan_of(counts, position, width, half_width=0.3))
    other = fit_scan(scan_of(counts, position[order], width, half_width=0.3))
    np.testing.assert_array_equal(one.status[order], other.status)
    np.testing.assert_allclose(one.q0[order], other.q0, rtol=1e-9, atol=1e-10)
    assert (np.abs(one.n_sig[order] - other.n_sig) <= 1e-6 * other.n_sig_err).all()


@quick
@given(seeds, means, tilts, positions, widths, st.integers(-40, 40))
def test_units_do_not_matter(seed, mean, tilt, position, width, power):
    counts = counts_of(seed, mean, tilt)
    one = fit_scan(scan_of(counts, position, width))
    other = fit_scan(scan_of(counts, position, width, unit=2.0**power))
    assert one.status[0] == other.status[0]
    np.testing.assert_allclose(other.z_local, one.z_local, rtol=0, atol=1e-9)
    np.testing.assert_allclose(other.n_sig, one.n_sig, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(other.window_low, one.window_low * 2.0**power)


@quick
@given(seeds, means, tilts, positions, widths)
def test_significance_and_certificates_are_not_negative(seed, mean, tilt, position, width):
    result = fit_scan(scan_of(counts_of(seed, mean, tilt), position, width))
    assert result.status[0] in (FitStatus.OK, FitStatus.BOUNDARY)
    assert result.q0[0] >= 0
    assert 0 <= result.edm[0] <= 1e-8
    assert result.n_sig_err[0] > 0


@quick
@given(seeds, st.floats(5.0, 400.0), tilts, positions, widths, st.floats(1e-3, 1e3))
def test_weights_scale_yields_and_errors_but_not_significance(seed, mean, tilt, position, width, weight):
    counts = counts_of(seed, mean, tilt)
    plain = fit_scan(scan_of(counts, position, width))
    scaled = fit_scan(scan_of(weight * counts, position, width, sum_w2=weight**2 * counts))
    error = plain.n_sig_err[0]
    assert abs(scaled.n_sig[0] / weight - plain.n_sig[0]) <= 1e-5 * error
    assert abs(scaled.n_sig_err[0] / weight - error) <= 1e-6 * error
    np.testing.assert_allclose(scaled.q0, plain.q0, rtol=1e-9, atol=1e-9)


@quick
@given(seeds, means, tilts, positions, widths, st.integers(1, 5))
def test_a_higher_order_never_fits_worse(seed, mean, tilt, position, width, order):
    """The polynomials of one order are among those of the next: -ln L of the best fit cannot rise."""
    counts = counts_of(seed, mean, tilt)
    lower, higher = (fit_scan(scan_of(counts, position, width, order=k)) for k in (order - 1, order))

    def nll(result):
        k = result.parameters[0]
        mu = np.polynomial.legendre.legval(nodes(result), result.theta[0, :k]) @ WEIGHTS + result.n_sig[0] * peak(
            position, width
        )
        full = counts > 0
        return mu.sum() - counts[full] @ np.log(mu[full])

    assert nll(higher) <= nll(lower) + 1e-8


NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)
WEIGHTS = 0.5 * WEIGHTS


def nodes(result):
    """Points in each bin, as positions in the domain of the background."""
    edges, low, high = result.setup.spectrum.axis.edges, result.domain_low[0], result.domain_high[0]
    points = edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (1 + NODES)
    return (2 * points - low - high) / (high - low)
