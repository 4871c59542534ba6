"""Bin fractions of every shape against integrals of densities written here, at random parameters, by scipy's quad."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from gloam.models import (
    BreitWigner,
    CrystalBall,
    Displaced,
    DoubleCrystalBall,
    ExponentialTail,
    Gaussian,
    Mixture,
    Product,
    RadiativeTail,
    SimulatedSample,
    Stretched,
    Table,
    Template2D,
    TemplateHistogram,
    Truncated,
    WithCombinatorial,
    expected_fractions,
    expected_fractions_2d,
    kernel_density,
    template,
)
from gloam.models.breit_wigner import LINE
from gloam.models.folding import fold
from gloam.models.voigt import voigt_cumulative

AT = 2.0
SEEDS = range(4)


def integral(density, low, high, points=()):
    """The integral in pieces that end where the density changes."""
    inside = sorted({low, high, *(p for p in points if low < p < high)})
    return sum(integrate.quad(density, a, b, epsabs=1e-14, epsrel=1e-12, limit=400)[0] for a, b in pairwise(inside))


def bins(random, sigma):
    """Random bins from -12 to 12 sigma, narrow and wide ones."""
    return AT + sigma * np.sort(random.uniform(-12, 12, 14))


def compare(shape, edges, expected, rtol=1e-8, atol=1e-11):
    found = expected_fractions(shape, edges[None], np.array([AT]))[0]
    np.testing.assert_allclose(found, expected, rtol=rtol, atol=atol)


def gaussian(x, sigma, mean=AT):
    return np.exp(-0.5 * ((x - mean) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


class Tailed:
    """The density of a double-sided Crystal Ball, as in the papers; an infinite alpha is no tail."""

    def __init__(self, sigma, a1, n1, a2=np.inf, n2=2.0):
        self.parameters = sigma, a1, n1, a2, n2
        core = np.sqrt(np.pi / 2) * (special.erf(a1 / np.sqrt(2)) + special.erf(a2 / np.sqrt(2)))
        tails = [n / a / (n - 1) * np.exp(-0.5 * a**2) if np.isfinite(a) else 0.0 for a, n in ((a1, n1), (a2, n2))]
        self.norm = sigma * (core + sum(tails))
        self.knots = [AT + sigma * z for z in (-a1, 0.0, a2) if np.isfinite(z)]

    def __call__(self, x):
        sigma, a1, n1, a2, n2 = self.parameters
        z = (x - AT) / sigma
        if z < -a1:
            value = np.exp(-0.5 * a1**2) * (1 + a1 / n1 * (-a1 - z)) ** -n1
        elif z > a2:
            value = np.exp(-0.5 * a2**2) * (1 + a2 / n2 * (z - a2)) ** -n2
        else:
            value = np.exp(-0.5 * z * z)
        return value / self.norm


def folded(density, kernel_below, edges, sigma, knots):
    """Bin fractions of a resolution density folded with a displacement of known distribution function."""
    out = []
    for a, b in pairwise(edges):
        nodes = [*knots, a, b, *(AT + sigma * np.arange(-9.0, 9.5, 1.5))]
        nodes += [e + d for e in (a, b) for d in 10.0 ** np.arange(-6, 1) * sigma]
        nodes += [e - d for e in (a, b) for d in 10.0 ** np.arange(-6, 1) * sigma]
        nodes += [AT + s * sigma * 10.0**k for s in (-1, 1) for k in (1, 2, 3, 4, 5)]
        far = 1e6 * sigma
        out.append(integral(lambda y, a=a, b=b: density(y) * (kernel_below(b - y) - kernel_below(a - y)), AT - far,
                            AT + far, nodes))  # fmt: skip
    return np.array(out)


@pytest.mark.parametrize("seed", SEEDS)
def test_gaussians_and_their_sums(seed):
    random = np.random.default_rng(seed)
    widths = 0.02 * random.uniform(0.5, 5, 3)
    first, second = random.uniform(0.1, 0.4, 2)
    edges = bins(random, widths[0])
    by_mass = (Table(np.array([1.0, 3.0]), np.array([first - 0.1, first + 0.1])), lambda m: second + 0 * m)
    triple = Mixture(tuple(Gaussian(w) for w in widths), by_mass)
    parts = np.array(
        [[integral(lambda x, w=w: gaussian(x, w), a, b, [AT]) for a, b in pairwise(edges)] for w in widths]
    )
    compare(Gaussian(widths[0]), edges, parts[0])
    compare(triple, edges, np.array([first, second, 1 - first - second]) @ parts)
    compare(Displaced(Stretched(Gaussian(0.02), 1.7), 0.013), edges,
            [integral(lambda x: gaussian(x, 0.034, AT + 0.013), a, b) for a, b in pairwise(edges)])  # fmt: skip
    compare(WithCombinatorial(Gaussian(widths[0]), Gaussian(widths[1]), 0.4), edges, parts[0] + 0.4 * parts[1])
    inside = integral(lambda x: gaussian(x, widths[0]), AT - 0.01, AT + 9)
    cut = [integral(lambda x: gaussian(x, widths[0]), max(a, AT - 0.01), max(b, AT - 0.01)) for a, b in pairwise(edges)]
    compare(Truncated(Gaussian(widths[0]), AT - 0.01), edges, np.array(cut) / inside)


@pytest.mark.parametrize("seed", SEEDS)
def test_crystal_balls(seed):
    random = np.random.default_rng(seed)
    sigma = 0.02
    (a1, a2), (n1, n2) = random.uniform(0.5, 2.5, 2), random.uniform(1.3, 12, 2)
    edges = bins(random, sigma)
    for shape, density in (
        (CrystalBall(sigma, a1, n1), Tailed(sigma, a1, n1)),
        (DoubleCrystalBall(sigma, a1, n1, a2, n2), Tailed(sigma, a1, n1, a2, n2)),
    ):
        compare(shape, edges, [integral(density, a, b, density.knots) for a, b in pairwise(edges)])


@pytest.mark.parametrize("ratio", [1e-6, 1e-3, 0.1, 1.0, 10.0, 300.0])
def test_a_breit_wigner_with_a_gaussian_is_the_voigt_profile(ratio):
    random = np.random.default_rng(1)
    sigma, gamma = 0.02, 0.02 * ratio
    edges = bins(random, sigma)
    exact = [
        integral(lambda x: special.voigt_profile(x - AT, sigma, gamma / 2), a, b, [AT]) for a, b in pairwise(edges)
    ]
    compare(BreitWigner(Gaussian(sigma), gamma), edges, exact)


@pytest.mark.parametrize("half_width", [0.0, 1e-9, 1e-4, 0.01, 0.1, 1.0, 10.0, 1e4])
def test_the_series_of_the_voigt_profile_is_exact_everywhere(half_width):
    """Against the fold by quadrature, which knows no Voigt profile, out to 1e4 standard deviations.

    For the narrowest line the rounding of levels near 1 costs the quadrature 1e-11.
    """
    z = np.concatenate([-np.geomspace(1e4, 1e-3, 60), np.geomspace(1e-3, 1e4, 60)])
    by_quadrature = fold(Gaussian(1.0), LINE, (np.array([half_width]),), z, np.zeros(1))
    np.testing.assert_allclose(voigt_cumulative(z, np.array(half_width)), by_quadrature, rtol=0, atol=2e-11)


@pytest.mark.parametrize("ratio", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("tails", [(1.5, 3.0), (0.5, 10.0), (1.2, 1.5, 1.8, 4.0)])
def test_a_breit_wigner_with_crystal_balls(tails, ratio):
    sigma, gamma = 0.02, 0.02 * ratio
    density = Tailed(sigma, *tails)
    resolution = CrystalBall(sigma, *tails) if len(tails) == 2 else DoubleCrystalBall(sigma, *tails)
    edges = AT + sigma * np.array([-40.0, -3.0, -tails[0], -0.4, 0.5, 4.0, 30.0])
    exact = folded(density, lambda t: np.arctan(2 * t / gamma) / np.pi, edges, sigma, density.knots)
    compare(BreitWigner(resolution, gamma), edges, exact, atol=1e-10)
    by_mass = BreitWigner(Mixture((resolution, Gaussian(sigma)), (0.6, 0.4)), lambda m: gamma / AT * m)
    voigt = np.diff(voigt_cumulative((edges - AT) / sigma, np.array(gamma / 2 / sigma)))
    compare(by_mass, edges, 0.6 * exact + 0.4 * voigt, atol=1e-10)


@pytest.mark.parametrize("reach", [0.02, 0.3, 5.0, -0.3])
@pytest.mark.parametrize("b", [0.03, 0.0877, 0.6])
def test_a_radiative_tail(b, reach):
    """The density of the radiator is singular at 0: quad's own rule for such weights integrates it."""
    sigma, size = 0.02, abs(reach)
    edges = AT + np.sign(reach) * sigma * np.array([-6.0, -1.0, 0.0, 1.5, 5.0, 14.0, 200.0])
    for shape, below in (
        (Gaussian(sigma), special.ndtr),
        (CrystalBall(sigma, np.sign(reach) * 1.3, 3.0), lambda z: stats.crystalball.cdf(z, 1.3, 3.0)),
    ):
        exact = []
        for a, b_ in pairwise(np.sign(reach) * (edges - AT)):
            share = lambda t, a=a, b_=b_, below=below: below((b_ - t) / sigma) - below((a - t) / sigma)  # noqa: E731
            near = min(sigma / 2, size)
            first = integrate.quad(share, 0, near, weight="alg", wvar=(b - 1, 0), epsabs=1e-14, epsrel=1e-12)[0]
            nodes = [e + sigma * k for e in (a, b_) for k in (-9, -6, -4, -2, -1.3, 0, 1.3, 2, 4, 6, 9)]
            rest = integral(lambda t, share=share: share(t) * t ** (b - 1), near, size, [*nodes, 2 * near, 8 * near])
            exact.append(b * size**-b * (first + rest))
        order = slice(None, None, int(np.sign(reach)))
        compare(RadiativeTail(shape, b, reach), edges[order], np.array(exact)[order], atol=1e-10)


@pytest.mark.parametrize("ratio", [0.05, 1.0, 20.0])
def test_an_exponential_tail_is_that_of_scipy(ratio):
    sigma = 0.02
    edges = AT + sigma * np.array([-6.0, -1.0, 0.0, 1.5, 5.0, 14.0, 40.0])
    exact = np.diff(stats.exponnorm.cdf(edges, ratio, loc=AT, scale=sigma))
    compare(ExponentialTail(Gaussian(sigma), ratio * sigma), edges, exact, atol=1e-10)
    mirrored = AT - (edges - AT)[::-1]
    compare(ExponentialTail(Gaussian(sigma), -ratio * sigma), mirrored, exact[::-1], atol=1e-10)


class TestKernelDensity:
    random = np.random.default_rng(5)
    values = np.concatenate([random.normal(AT, 0.02, 300), random.exponential(0.1, 80) + AT - 0.1])
    weights = random.uniform(0.2, 2.0, values.size)
    edges = AT + np.linspace(-0.3, 0.5, 23)

    def test_of_fixed_bandwidth_is_that_of_scipy(self):
        shape = kernel_density([SimulatedSample(AT, self.values, self.weights)], 0.02, adaptive=False)
        scipy_kde = stats.gaussian_kde(self.values, weights=self.weights)
        w = self.weights / self.weights.sum()
        order = np.argsort(self.values)
        low, high = np.interp([0.25, 0.75], np.cumsum(w[order]) - 0.5 * w[order], self.values[order])
        deviation = np.sqrt(np.average((self.values - np.average(self.values, weights=w)) ** 2, weights=w))
        bandwidth = 0.9 * min(deviation, (high - low) / 1.34) * np.sum(w**2) ** 0.2
        scipy_kde.set_bandwidth(bandwidth / np.sqrt(scipy_kde.covariance[0, 0]) * scipy_kde.factor)
        exact = [scipy_kde.integrate_box_1d(a, b) for a, b in pairwise(self.edges)]
        compare(shape, self.edges, exact, rtol=0, atol=1e-8)

    def test_of_adaptive_bandwidth_is_the_sum_over_its_kernels(self):
        w = self.weights / self.weights.sum()
        pilot = stats.gaussian_kde(self.values, weights=w)
        order = np.argsort(self.values)
        low, high = np.interp([0.25, 0.75], np.cumsum(w[order]) - 0.5 * w[order], self.values[order])
        h = 0.9 * (high - low) / 1.34 * np.sum(w**2) ** 0.2
        pilot.set_bandwidth(h / np.sqrt(pilot.covariance[0, 0]) * pilot.factor)
        density = pilot(self.values)
        own = h * np.sqrt(np.exp(np.sum(w * np.log(density))) / density)
        exact = np.diff(special.ndtr((self.edges[:, None] - self.values) / own) @ w)
        # the pilot density is read linearly between nodes h / 32 apart: 1e-4 of a bandwidth at most
        compare(kernel_density([SimulatedSample(AT, self.values, self.weights)], 0.02), self.edges, exact, 0, 1e-5)


def test_a_template_is_its_histogram():
    random = np.random.default_rng(2)
    edges = AT + np.sort(random.uniform(-0.2, 0.2, 9))
    contents = np.array([0.0, 3.0, 1.0, 0.0, 0.0, 7.0, 2.0, 4.0])
    density = lambda x: contents[np.clip(np.searchsorted(edges, x) - 1, 0, 7)] / np.diff(edges)[  # noqa: E731
        np.clip(np.searchsorted(edges, x) - 1, 0, 7)
    ] / contents.sum() if edges[0] < x < edges[-1] else 0.0  # fmt: skip
    new = np.linspace(AT - 0.3, AT + 0.3, 20)
    exact = [integral(density, a, b, edges.tolist()) for a, b in pairwise(new)]
    compare(template([TemplateHistogram(AT, edges, contents)], 0.02), new, exact)


def test_a_morphed_template_has_the_quantiles_in_between():
    """The definition of A. L. Read, inverted by a root finder."""
    edges = np.linspace(-0.2, 0.2, 17)
    first = TemplateHistogram(1.0, 1.0 + edges, np.exp(-0.5 * ((edges[1:] + 0.05) / 0.05) ** 2))
    second = TemplateHistogram(3.0, 3.0 + 2 * edges, np.exp(-0.5 * ((edges[1:] - 0.05) / 0.08) ** 2))
    shape = template([first, second], lambda mass: 0.01 * mass)

    def quantile(histogram, level):
        sums = np.concatenate([[0.0], np.cumsum(histogram.contents)]) / histogram.contents.sum()
        return np.interp(level, sums, histogram.edges - histogram.position) / (0.01 * histogram.position)

    for position in (1.0, 1.3, 2.0, 2.9, 3.0):
        part = (position - 1) / 2
        x = position + np.linspace(-0.25, 0.25, 11)
        z = (x - position) / (0.01 * position)

        def between(level, z=0.0, part=part):
            return (1 - part) * quantile(first, level) + part * quantile(second, level) - z

        exact = [
            0.0 if between(0.0, t) > 0 else 1.0 if between(1.0, t) < 0 else optimize.brentq(between, 0, 1, (t,), 1e-14)
            for t in z
        ]
        np.testing.assert_allclose(shape.cumulative(x, np.array([position])), exact, rtol=0, atol=1e-12)


@pytest.mark.parametrize("correlation", [0.0, 0.4, -0.95])
def test_a_plane_of_two_correlated_gaussians(correlation):
    sx, sy = 0.1, 0.3
    x, y = np.linspace(0.6, 1.5, 8), np.array([1.0, 1.5, 1.9, 2.0, 2.2, 3.5])
    inner = sy * np.sqrt(1 - correlation**2)
    slope = correlation * sy / sx
    exact = [
        integral(
            lambda t, c=c, d=d: gaussian(t, sx, 1.0) * np.subtract(
                *special.ndtr((np.array([d, c]) - 2 - slope * (t - 1)) / inner)
            ), a, b, [1.0, 2.0],
        )
        for a, b in pairwise(x) for c, d in pairwise(y)
    ]  # fmt: skip
    found = expected_fractions_2d(Product(Gaussian(sx), Gaussian(inner), slope), x, y, np.array([[1.0, 2.0]]))
    np.testing.assert_allclose(found[0], exact, rtol=1e-8, atol=1e-10)


def test_a_template_in_the_plane_bin_by_bin():
    random = np.random.default_rng(3)
    ex, ey = np.sort(random.uniform(0, 1, 5)), np.sort(random.uniform(0, 1, 4))
    contents = random.uniform(0, 1, (4, 3))
    shape = Template2D((0.5, 0.5), ex, ey, contents, 0.1)
    nx, ny = np.linspace(-0.1, 1.1, 6), np.linspace(0.2, 0.8, 4)

    def overlap(a, b, c, d):
        return max(0.0, min(b, d) - max(a, c)) / (d - c)

    exact = [
        sum(
            contents[i, j] * overlap(a, b, *ex[i : i + 2]) * overlap(c, d, *ey[j : j + 2])
            for i in range(4) for j in range(3)
        ) / contents.sum()
        for a, b in pairwise(nx) for c, d in pairwise(ny)
    ]  # fmt: skip
    found = expected_fractions_2d(shape, nx + 1.5, ny, np.array([[2.0, 0.5]]))
    np.testing.assert_allclose(found[0], exact, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "shape",
    [
        BreitWigner(CrystalBall(0.02, 1.5, 3.0), lambda m: 0.1 * m),
        RadiativeTail(DoubleCrystalBall(0.02, 1.5, 3.0, 1.2, 5.0), 0.0877, 1.0),
        ExponentialTail(Gaussian(0.02), 0.1),
        kernel_density([SimulatedSample(1.0, np.random.default_rng(1).normal(1, 0.02, 100))], 0.02),
        template([TemplateHistogram(1.0, np.array([0.9, 1.0, 1.2]), np.array([1.0, 3.0]))], 0.02),
    ],
    ids=lambda shape: type(shape).__name__,
)
def test_all_of_a_shape_is_somewhere(shape):
    """The sum over bins out to 1e9 widths is 1 within what a Breit-Wigner leaves outside."""
    z = np.concatenate([-np.geomspace(1e9, 1e-2, 100), np.geomspace(1e-2, 1e9, 100)])
    fractions = expected_fractions(shape, (AT + 0.02 * z)[None], np.array([AT]))
    assert fractions.sum() == pytest.approx(1, abs=1e-8)
