"""What statistics refuses: questions that the counts or fits that are given cannot answer."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation.scaling import scaled_cells
from gloam.models import Gaussian, Polynomial
from gloam.scans import Scan, VariantResults, fit_scan, grid_in_steps, plane_windows, sliding_windows
from gloam.scans.counting import CountingScan, KnownBackground, count_windows, interval_windows
from gloam.spectra import Axis, Spectrum, with_flow
from gloam.statistics import counting_coverage, global_significance
from gloam.statistics.counting import counting_cells
from gloam.statistics.counting.bayes import bayes_interval
from gloam.statistics.elsewhere.euler import euler_from_fields
from gloam.statistics.elsewhere.replays import toys_of
from gloam.statistics.elsewhere.window_plane import plane_grid

AXIS = Axis(np.linspace(0.0, 10.0, 101))
CELLS = counting_cells(3, 1.0)


def spectrum(**more):
    return Spectrum((AXIS,), with_flow(np.full(100, 5.0), (AXIS,)), **more)


@pytest.fixture(scope="module")
def fits():
    grid = grid_in_steps(2.0, 8.0, 0.5)
    return fit_scan(Scan(spectrum(), Gaussian(0.2), Polynomial(1), grid, sliding_windows(AXIS, grid.position, 2.0)))


@pytest.fixture(scope="module")
def counts():
    windows = interval_windows(AXIS, [2.0, 4.0], 1.0)
    return count_windows(CountingScan(spectrum(), windows, KnownBackground(spectrum(asimov=True))))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: bayes_interval(CELLS, 0.9, kind="narrow"), "kind of interval"),
        (lambda: counting_coverage([-1.0], 1.0, 0.9), "true signal: got .*numbers >= 0"),
        (lambda: counting_coverage([0.0], 1e9, 0.9), "take a normal distribution there|expected count"),
        (lambda: euler_from_fields(np.zeros((1, 3, 3))), "two or more toys and two levels"),
        (lambda: scaled_cells(CELLS, 2.0, control="nothing"), "control region"),
        (lambda: scaled_cells(CELLS, -2.0), "new over old luminosity"),
        (lambda: plane_grid(interval_windows(AXIS, [2.0], 1.0)), "grid of windows: got one observable"),
        (
            lambda: plane_grid(plane_windows((AXIS, AXIS), np.arange(1.0, 9.0), np.arange(1.0, 9.0), 1, 1)),
            "8 windows at 8 x 8 positions",
        ),
        (
            lambda: plane_grid(plane_windows((AXIS, AXIS), [3.0, 3.0], [3.0, 3.0], 1, 1)),
            "several windows at one place",
        ),
    ],
)
def test_questions_that_make_no_sense(ask, words):
    with pytest.raises(InputError, match=words):
        ask()


def test_procedures_are_replayed_on_one_scan_of_fits(fits, counts):
    with pytest.raises(InputError, match="2 scans; allowed: one"):
        global_significance([fits, fits], "toys", replay=lambda _: 1.0, toys=2)
    with pytest.raises(InputError, match="the counts alone"):
        global_significance(counts, "toys", replay=lambda _: 1.0, toys=2)
    with pytest.raises(InputError, match="counts in a plane"):
        global_significance(fits, "euler")


def test_variants_and_constrained_backgrounds_have_toys_of_their_own(fits):
    varied = VariantResults(("nominal",), (fits,), ())
    with pytest.raises(InputError, match="Give the nominal fits alone"):
        toys_of(varied, lambda _: 1.0, 2, 0)


def test_windows_that_are_all_hidden_have_no_toys():
    windows = interval_windows(AXIS, [2.0, 4.0], 1.0)
    hidden = spectrum(visible=np.zeros(100, bool))
    result = count_windows(CountingScan(hidden, windows, KnownBackground(spectrum(asimov=True))))
    with pytest.raises(InputError, match="no window was counted"):
        global_significance(result, "toys", toys=2)
