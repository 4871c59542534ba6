"""The spurious signal: zero for a true model, what is put in where it is known, and read back as written."""

import dataclasses

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import ndtr

from gloam.calibration import (
    expected_spectrum,
    measure_spurious_signal,
    read_spurious_signal,
    spurious_yield,
    write_spurious_signal,
)
from gloam.errors import InputError
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, grid_in_steps, sliding_windows
from gloam.spectra import Spectrum, fill, uniform_axis, with_flow
from gloam.store import write_arrays

AXIS = uniform_axis(1.0, 2.0, bins=100)
GRID = grid_in_steps(1.3, 1.7, 0.01)
WIDTH = 0.02


def falling(x):
    return np.exp(-3 * (x - 1))


def scan_of(spectrum, order=1, grid=GRID, vetoes=()):
    return Scan(spectrum, Gaussian(WIDTH), Polynomial(order), grid, sliding_windows(AXIS, grid.position, 0.25), vetoes)


@pytest.fixture(scope="module")
def found():
    return measure_spurious_signal(scan_of(expected_spectrum(AXIS, falling, 20_000)), neighbourhood=2)


def test_a_model_that_is_the_truth_has_none():
    truth = expected_spectrum(AXIS, lambda x: 1 + 2 * (x - 1) ** 2, 20_000)
    found = measure_spurious_signal(scan_of(truth, order=2))
    assert (found.n_spur < 1e-5 * found.error).all()  # what a certificate of 1e-11 allows
    assert (found.relative < 1e-5).all()
    assert not found.n_sig_err.any()


def test_a_peak_in_the_background_is_found_as_it_is():
    peak = np.diff(ndtr((AXIS.edges - 1.5) / WIDTH))
    truth = expected_spectrum(AXIS, np.ones_like, 10_000)
    peaked = Spectrum((AXIS,), with_flow(truth.values() + 55 * peak, (AXIS,)), asimov=True)
    found = measure_spurious_signal(scan_of(peaked), neighbourhood=1)
    near = np.abs(GRID.position - 1.5) < 1.05 * WIDTH
    np.testing.assert_allclose(found.n_spur[near], 55, rtol=1e-4)
    assert found.n_spur[~near].max() < 55


def test_the_yield_of_a_wrong_model_is_what_an_independent_fit_finds(found):
    row = 20
    truth = expected_spectrum(AXIS, falling, 20_000)
    scan = scan_of(truth)
    first, last = scan.windows.first[row], scan.windows.last[row]
    edges = AXIS.edges[first : last + 1]
    n, t = truth.values()[first:last], 10 * (edges[1:] + edges[:-1] - 2 * GRID.position[row])
    columns = np.column_stack([np.ones_like(t), t, np.diff(ndtr((edges - GRID.position[row]) / WIDTH))])

    def nll(x):
        mu = columns @ (x * [100, 10, 100])
        return np.inf if mu.min() <= 0 else float((mu - n - n * np.log(mu / n)).sum())

    fitted = minimize(nll, [1, 0, 0], method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-13})
    assert found.n_sig[row] == pytest.approx(100 * fitted.x[2], abs=1e-3 * found.error[row])


def test_the_largest_in_the_neighbourhood(found):
    for row, position in enumerate(GRID.position):
        near = np.abs(GRID.position - position) <= 2 * WIDTH * (1 + 1e-9)
        assert found.n_spur[row] == np.abs(found.n_sig[near]).max()
        assert 2 <= near.sum() <= 9


def test_the_error_is_that_of_the_data(found):
    data = fit_scan(scan_of(expected_spectrum(AXIS, falling, 20_000)))
    np.testing.assert_array_equal(found.error, data.n_sig_err)
    ten_times = measure_spurious_signal(scan_of(expected_spectrum(AXIS, falling, 200_000)), neighbourhood=2, scale=0.1)
    np.testing.assert_allclose(ten_times.n_spur, found.n_spur, rtol=1e-6)
    np.testing.assert_allclose(ten_times.error, found.error, rtol=1e-6)


def test_simulation_with_weights():
    """Simulation of 25 times the data, each event with weight 1/25: its own error is a fifth of that of the data."""
    random = np.random.default_rng(7)
    values = 1 + random.exponential(1 / 3.0, 500_000)
    values = values[values < 2]
    weighted = fill(values, AXIS, weights=np.full(values.size, 0.04))
    found = measure_spurious_signal(scan_of(weighted))
    plain = measure_spurious_signal(scan_of(fill(values, AXIS)), scale=0.04)
    np.testing.assert_allclose(found.n_sig, plain.n_sig, atol=1e-4 * found.error.min())
    np.testing.assert_allclose(found.n_sig_err, plain.n_sig_err, rtol=1e-4)
    np.testing.assert_allclose(found.n_sig_err / found.error, 0.2, rtol=0.01)
    exact = measure_spurious_signal(scan_of(expected_spectrum(AXIS, falling, 0.04 * values.size)))
    assert (np.abs(found.n_sig - exact.n_sig) < 4.5 * found.n_sig_err).all()


def test_vetoed_masses_have_none(found):
    truth = expected_spectrum(AXIS, falling, 20_000)
    vetoed = measure_spurious_signal(scan_of(truth, vetoes=((1.385, 1.425),)), neighbourhood=0)
    inside = vetoed.position[np.isnan(vetoed.n_spur)]
    np.testing.assert_allclose(inside, [1.39, 1.4, 1.41, 1.42])
    assert vetoed.n_failed == found.n_failed == 0
    between = spurious_yield(vetoed, [1.40, 1.405])
    assert np.isfinite(between).all()


def test_it_is_interpolated_between_masses_and_refused_outside(found):
    np.testing.assert_allclose(spurious_yield(found, GRID.mass), found.n_spur)
    half = spurious_yield(found, 0.5 * (GRID.mass[3] + GRID.mass[4]))
    assert half == pytest.approx(0.5 * (found.n_spur[3] + found.n_spur[4]))
    with pytest.raises(InputError, match="spurious signal for masses from 1 to 1"):
        spurious_yield(found, 1.0)


def test_it_reads_back_as_written(found, tmp_path):
    path = write_spurious_signal(found, tmp_path / "spurious.npz")
    back = read_spurious_signal(path)
    for field in dataclasses.fields(found):
        np.testing.assert_array_equal(getattr(back, field.name), getattr(found, field.name))


def test_files_that_are_something_else_are_refused(found, tmp_path):
    (tmp_path / "text.npz").write_text("n_spur")
    write_arrays(tmp_path / "other.npz", {"n_sig": np.ones(3)})
    written = write_spurious_signal(found, tmp_path / "good.npz")
    with np.load(written) as stored:
        changed = {name: stored[name] for name in stored.files if name != "schema_version"}
    write_arrays(tmp_path / "changed.npz", changed | {"n_spur": changed["n_spur"] * 0.5})
    for name, said in (("text", "ValueError"), ("other", "KeyError"), ("absent", "FileNotFoundError"),
                       ("changed", "a content that is not the one that was written")):  # fmt: skip
        with pytest.raises(InputError, match=rf"read {name}\.npz: got {said}"):
            read_spurious_signal(tmp_path / f"{name}.npz")


def test_the_expectation_is_the_integral_over_bins():
    found = expected_spectrum(AXIS, lambda x: np.exp(-40 * (x - 1)), 300.0)
    whole = quad(lambda x: np.exp(-40 * (x - 1)), 1, 2)[0]
    for row in (0, 1, 57):
        low, high = AXIS.edges[row : row + 2]
        exact = 300 * quad(lambda x: np.exp(-40 * (x - 1)), low, high)[0] / whole
        assert found.values()[row] == pytest.approx(exact, rel=1e-9)
    assert found.asimov
    assert found.entries == pytest.approx(300)


@pytest.mark.parametrize(
    ("density", "entries", "message"),
    [
        (lambda x: x - 1.5, 10, "density of the background: got values from -0.4"),
        (np.zeros_like, 10, "density of the background"),
        (lambda x: np.full_like(x, np.nan), 10, "density of the background: got values from nan"),
        (np.ones_like, 0, "expected number of entries: got 0"),
        (np.ones_like, np.inf, "expected number of entries: got inf"),
    ],
)
def test_densities_that_are_none(density, entries, message):
    with pytest.raises(InputError, match=message):
        expected_spectrum(AXIS, density, entries)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"neighbourhood": -1}, "neighbourhood: got -1 sigma"), ({"scale": 0}, "scale of the spectrum: got 0")],
)
def test_arguments_that_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        measure_spurious_signal(scan_of(expected_spectrum(AXIS, falling, 100), grid=Grid.of([1.5])), **arguments)
