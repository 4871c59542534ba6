"""Fits on arrays of any library find what the engine finds, with the same certificate."""

import array_api_strict
import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import Problem, SharedDesign, fit_pair, is_certified
from gloam.fit.array_fits import fit_batch, signed_significance


def data(level, rows=200, bins=60, seed=1):
    """Counts, a background of three Legendre polynomials, a narrow signal in the middle of each row."""
    random = np.random.default_rng(seed)
    x = np.linspace(-1, 1, bins)
    design = np.polynomial.legendre.legvander(x, 2)
    signal = np.exp(-0.5 * ((x - random.uniform(-0.3, 0.3, rows)[:, None]) / 0.1) ** 2)
    signal /= signal.sum(axis=1, keepdims=True)
    counts = random.poisson(level * (1 - 0.3 * x) + 2 * level * signal).astype(float)
    return counts, design, signal


def strict(array):
    return array_api_strict.asarray(array)


def jax_array(array):
    return pytest.importorskip("jax.numpy", reason="needs the extra train").asarray(array)


@pytest.fixture(params=["numpy", "array-api-strict", "jax"])
def to(request):
    """From NumPy to a library's arrays."""
    if request.param != "jax":
        yield {"numpy": np.asarray, "array-api-strict": strict}[request.param]
        return
    jax = pytest.importorskip("jax", reason="needs the extra train")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax_array
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("level", [100.0, 4.0])
@pytest.mark.parametrize("vetoed", [False, True])
def test_every_library_finds_what_the_engine_finds(to, level, vetoed):
    counts, design, signal = data(level)
    exposure = np.ones_like(counts)
    if vetoed:
        exposure[::2, 50:] = 0.0
    counts = counts * (exposure > 0)
    pair = fit_pair(Problem(counts, SharedDesign(design), signal, exposure))
    given = [to(each) for each in (counts, design, signal, exposure)]
    xp = np if to is np.asarray else __import__("array_api_compat").array_namespace(given[0])
    without = fit_batch(given[0], given[1], exposure=given[3])
    free = fit_batch(*given[:3], exposure=given[3], start=without)
    certified = np.asarray(free.certified) & np.asarray(without.certified) & is_certified(pair.status)
    assert certified.mean() > (0.99 if level > 10 else 0.9)
    found, error = np.asarray(free.coefficients), 1 / np.sqrt(pair.curvature)
    assert (np.abs(found[:, -1] - pair.s)[certified] < 1e-5 * error[certified]).all()
    np.testing.assert_allclose(
        np.asarray(without.coefficients)[certified], pair.theta_background[certified], atol=1e-4 * level
    )
    z = np.asarray(signed_significance(given[0], without, free, xp, given[3]))
    assert (np.abs(z**2 - pair.q0)[certified] < 1e-9 * np.maximum(pair.q0[certified], 1)).all()
    assert (np.sign(z) == np.sign(found[:, -1]))[certified].all()
    assert np.isnan(z[~(np.asarray(free.certified) & np.asarray(without.certified))]).all()


def test_what_lies_on_the_wall_is_left_without_a_certificate():
    counts, design, signal = data(0.05, rows=400)
    found = fit_batch(counts, design, signal, start=fit_batch(counts, design))
    pair = fit_pair(Problem(counts, SharedDesign(design), signal))
    assert 0 < found.certified.mean() < 1
    good = found.certified & is_certified(pair.status)
    assert (np.abs(found.coefficients[:, -1] - pair.s)[good] < 1e-4 / np.sqrt(pair.curvature[good])).all()


def test_a_fixed_number_of_passes_can_be_compiled():
    jax = pytest.importorskip("jax", reason="needs the extra train")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    try:
        counts, design, signal = data(50.0, rows=20)

        def fitted(n):
            made = fit_batch(n, design[:, :2], signal, jax.numpy, passes=5)
            return made.coefficients, made.certified

        fit = jax.jit(fitted)
        found = fit(jax.numpy.asarray(counts))
        coefficients, certified = np.asarray(found[0]), np.asarray(found[1])
    finally:
        jax.config.update("jax_enable_x64", before)
    expected = fit_batch(counts, design[:, :2], signal)
    assert expected.certified.all()
    assert certified.mean() > 0.5
    np.testing.assert_allclose(coefficients[certified], expected.coefficients[certified], rtol=1e-6, atol=1e-5)


def test_single_precision_is_refused():
    counts, design, _ = data(10.0, rows=2)
    with pytest.raises(InputError, match=r"float32; allowed: float64.*jax_enable_x64"):
        fit_batch(counts.astype(np.float32), design)
