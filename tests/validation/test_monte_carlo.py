"""Everything that is simulated, against what is exact or published: each within 4 errors, and all together a chi^2.

Limits of spectra from toys have their own chi^2, in test_toys.
"""

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from gloam.execution import random_stream
from gloam.statistics import cls_toys_upper, cls_upper, counting_cells, on_off_cells
from gloam.statistics.elsewhere import count_upcrossings, log_p_stationary, stationary_scan

from .bump_hunter import BACKGROUND, DATA, WIDTHS, global_p, log_local, windows
from .test_look_elsewhere import processes

pytestmark = pytest.mark.validation


def test_bump_hunter_finds_the_window_of_its_example():
    """pyBumpHunter, test/test_BumpHunter.py (arXiv:1101.0390): checked there against ATLAS's program."""
    logs = log_local(DATA.astype(float))
    assert logs.size == 285
    assert math.exp(logs.min()) == pytest.approx(0.00017341, abs=5e-9)
    best = int(logs.argmin()) - sum(61 - width for width in WIDTHS if width < 4)
    assert best == 16  # of the windows of 4 bins
    excess = windows(DATA.astype(float)) - windows(BACKGROUND.astype(float))
    assert excess[logs.argmin()] == 208


@cache
def comparisons():
    """Name: value, expectation, and the error of the two together."""
    found = {}
    p, error = global_p(20_000, seed=8)
    found["bump hunter, global p-value"] = p, 0.0177, math.hypot(error, math.sqrt(0.0177 * 0.9823 / 10_000))
    # METHODS: P(max > 3) of simulated scans over 100 resolutions
    found["maximum of a scan, published"] = 0.1209, math.exp(log_p_stationary(3.0, 100, 1)), 0.0017
    scans = processes(8000, 100, 0.5, seed=12)
    for step, mean in ((0.5, 0.1182), (1.0, 0.1014), (2.0, 0.0656)):
        counted = count_upcrossings(scans[:, :: round(2 * step)], 3.0)
        found[f"up-crossings in steps of {step}"] = counted.mean, mean, counted.error
    other = processes(8000, 100, 0.5, seed=13).max(axis=1) > 2.5
    p = math.exp(stationary_scan(100, 1, 0.5).log_p_value(2.5))
    found["maximum of a scan"] = other.mean(), p, math.sqrt(p * (1 - p) / other.size)
    cells = {
        "known": counting_cells([0, 2, 5, 30], [0.0, 3.0, 3.0, 25.0]),
        "log-normal": counting_cells([0, 4, 20], [1.47, 3.0, 12.0], [0.735, 1.0, 3.0], 0.7, 0.1),
        "off region": on_off_cells([0, 4, 50], [3, 5, 55], [6.0, 5.0, 2.0], 0.2, 0.9, 0.05),
    }
    for seed, (name, some) in enumerate(cells.items()):
        limit, error = cls_toys_upper(some, 0.90, seed=20 + seed)
        for row, exact in enumerate(cls_upper(some, 0.90)):
            found[f"CLs from toys, {name} {row}"] = limit[row], exact, error[row]
    # half a chi^2_1: the share of q0 = 0, and of q0 above 1
    n = random_stream(5, "counts without a signal").poisson(1000.0, 40_000)
    q0 = np.where(n > 1000, 2 * (n * np.log(n / 1000) - (n - 1000)), 0.0)
    exact = stats.poisson.sf(1000, 1000)
    found["q0 above 0"] = np.mean(q0 > 0), exact, math.sqrt(exact * (1 - exact) / n.size)
    return found


def test_each_is_within_four_errors(record_property):
    pulls = {name: (value - expected) / error for name, (value, expected, error) in comparisons().items()}
    record_property("pulls", {name: float(pull) for name, pull in pulls.items()})
    assert {name: pull for name, pull in pulls.items() if not abs(pull) < 4} == {}


def test_all_together_are_as_far_off_as_they_should_be(record_property):
    pulls = np.array([(value - expected) / error for value, expected, error in comparisons().values()])
    p = stats.chi2.sf((pulls**2).sum(), pulls.size)
    record_property("chi2", float((pulls**2).sum()))
    assert 0.001 < p < 0.999


def test_q0_without_a_signal_is_half_a_chi_square():
    """b = 1000, arXiv:1007.1727 eq. 49: positive ones follow chi^2_1; counts are whole, so a part of one is added."""
    stream = random_stream(6, "counts without a signal")
    n = stream.poisson(1000.0, 4000) + stream.uniform(-0.5, 0.5, 4000)
    q0 = np.where(n > 1000, 2 * (n * np.log(n / 1000) - (n - 1000)), 0.0)
    assert stats.kstest(q0[q0 > 0], stats.chi2(1).cdf).pvalue > 0.01
