"""The ends of what counts can be: nothing seen, nothing expected, a billion events, uncertainties of 100 %."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.statistics import (
    CountingOptions,
    Prior,
    asimov_significance,
    bayes_upper,
    classical_upper,
    cls_toys_upper,
    cls_upper,
    counting_cells,
    counting_limits,
    feldman_cousins,
    on_off_cells,
    profile_interval,
    z_bi,
    z_profile,
)
from gloam.statistics.counting.averaging import node_blocks


def gaussian(*numbers):
    return counting_cells(*numbers, background_form="gaussian", efficiency_form="gaussian")


@pytest.mark.parametrize("method", ["classical", "bayes", "cls", "profile", "feldman-cousins", "cls-toys"])
@pytest.mark.parametrize("level", [0.6827, 0.90, 0.999])
def test_every_method_answers_for_nothing_seen_and_nothing_expected(method, level):
    found = counting_limits(counting_cells(0, 0.0), level, method)
    assert found.lower[0] == 0
    assert 0 < found.upper[0] < 12
    assert found.expected[0] == pytest.approx(found.upper[0])


def test_nothing_seen_has_closed_forms():
    level = np.array([0.90, 0.999])
    found = [[f(counting_cells(0, 0.0), p)[0] for p in level] for f in (classical_upper, cls_upper, bayes_upper)]
    np.testing.assert_allclose(found, np.tile(-np.log(1 - level), (3, 1)), rtol=1e-12)


def test_events_without_background_are_signal():
    for background in (0.0, 1e-12):
        low, high = feldman_cousins(counting_cells(3, background), 0.90)
        assert low[0] == pytest.approx(1.1021, abs=1e-4)
        assert high[0] == pytest.approx(7.4250, abs=1e-4)
    low, high = profile_interval(counting_cells(3, 0.0), 0.90)
    assert 0 < low[0] < 3 < high[0]


def test_a_billion_events():
    """The Gaussian limit: 1.2816 or 1.6449 sigma, corrections of 1 / sqrt(n) of one sigma."""
    n, root = 1e9, 1e9**0.5
    assert classical_upper(counting_cells(n, n), 0.90)[0] == pytest.approx(1.281552 * root, rel=1e-4)
    assert cls_upper(counting_cells(n, n), 0.90)[0] == pytest.approx(1.644854 * root, rel=1e-4)
    assert feldman_cousins(counting_cells(n, n), 0.90, "raw")[1][0] == pytest.approx(1.644854 * root, rel=2e-3)
    assert profile_interval(counting_cells(n, n), 0.90)[1][0] == pytest.approx(1.644854 * root, rel=1e-4)
    assert z_bi(n + np.floor(5 * root), n, 1.0) == pytest.approx(5 / np.sqrt(2), rel=1e-3)
    assert z_profile(n + np.floor(5 * root), n, 1.0) == pytest.approx(5 / np.sqrt(2), rel=1e-3)


def test_a_billion_events_with_uncertainties():
    """One uncertainty is averaged over with as many nodes as it takes; two are refused, with what to do instead."""
    n = 1e9
    assert cls_upper(gaussian(n, n, 1e-3 * n), 0.90)[0] == pytest.approx(1.6449e6, rel=2e-3)
    with pytest.raises(InputError, match=r"Use the profile likelihood"):
        cls_upper(gaussian(n, n, 0.1 * n, 1.0, 0.1), 0.90)
    assert profile_interval(gaussian(n, n, 1e-3 * n, 1, 0.01), 0.90)[1][0] == pytest.approx(1.645e6, rel=2e-3)


def test_an_efficiency_known_to_a_hundred_per_cent():
    known = classical_upper(counting_cells([0, 4], 1.0), 0.90)
    for cells in (gaussian([0, 4], 1.0, 0, 1, 1.0), counting_cells([0, 4], 1.0, 0, 1, 1.0)):
        assert np.all(classical_upper(cells, 0.90) > known)
    with pytest.raises(InputError, match="log-normal efficiency"):
        bayes_upper(gaussian(0, 1.0, 0, 1, 1.0), 0.90)
    assert np.isfinite(bayes_upper(gaussian(0, 1.0, 0, 1, 1.0), 0.90, Prior("flat", (0.0, 50.0)))[0])


def test_no_signal_is_excluded_where_the_efficiency_may_be_zero():
    cells = gaussian([0, 4], 1.0, 0, 1, [1.0, 0.2])
    assert np.all(np.isinf(profile_interval(cells, 0.999)[1]) == [True, False])


def test_an_off_region_that_says_nothing():
    """tau = 1e-6 and an empty off region: any background up to a million; no signal has to be there."""
    cells = on_off_cells([0, 5], 0, 1e-6)
    assert cls_upper(cells, 0.90)[0] == pytest.approx(np.log(10), rel=1e-6)
    low, high = profile_interval(cells, 0.90)
    assert np.all(low == 0)
    assert np.all(np.isfinite(high))
    assert abs(z_profile(5, 0, 1e-6)) < 0.01
    assert abs(z_bi(5, 0, 1e-6)) < 5


def test_a_deep_deficit():
    """Nothing seen: the background cancels in CLs and with a flat prior, whatever it is and however little is known."""
    cells = [counting_cells(0, 1e5), counting_cells(0, 1000.0, 300.0), gaussian(0, 1000.0, 100.0)]
    for each in cells:
        assert cls_upper(each, 0.90)[0] == pytest.approx(np.log(10), rel=1e-6)
    assert classical_upper(cells[0], 0.90)[0] == 0
    with pytest.raises(InputError, match="exact method cls"):
        cls_toys_upper(cells[0], 0.90)
    for each in cells:
        low, high = profile_interval(each, 0.90)
        assert low[0] == 0 < high[0]


def test_cells_do_not_depend_on_their_neighbours():
    counts, backgrounds = np.arange(50), np.linspace(0.1, 20, 50)
    for error in (0.0, 0.3):
        cells = counting_cells(counts, backgrounds, error * backgrounds, 1.0, 0.1)
        some = counting_cells(counts[::7], backgrounds[::7], error * backgrounds[::7], 1.0, 0.1)
        for method in (cls_upper, bayes_upper):
            np.testing.assert_allclose(method(cells, 0.9)[::7], method(some, 0.9), rtol=1e-10)
        np.testing.assert_allclose(profile_interval(cells, 0.9)[1][::7], profile_interval(some, 0.9)[1], rtol=1e-7)


def test_weights_add_up_to_one():
    cells = on_off_cells([3, 500], [12, 3000], 6.0, 0.3, 1.0, 0.1)
    for _, nodes in node_blocks(cells):
        assert np.exp(nodes.log_weight).sum() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: counting_cells(-1, 1.0), "observed count.*-1"),
        (lambda: counting_cells(1.5, 1.0), "whole number"),
        (lambda: counting_cells(1, -1.0), "background"),
        (lambda: counting_cells(1, np.nan), "background.*nan"),
        (lambda: counting_cells(1, 1.0, -0.1), "error of the background"),
        (lambda: counting_cells(1, 0.0, 0.1), "Gaussian"),
        (lambda: counting_cells(1, 1.0, efficiency=0.0), "efficiency"),
        (lambda: counting_cells(1, 1.0, 0.1, background_form="flat"), "flat"),
        (lambda: counting_cells([1, 2], [1, 2, 3]), "Align"),
        (lambda: on_off_cells(1, 1, 0.0), "tau"),
        (lambda: on_off_cells(1, 1, 1.0, -0.1), "relative error"),
        (lambda: counting_limits(counting_cells(1, 1.0), 90, "cls"), "0.90 for 90 %"),
        (lambda: counting_limits(counting_cells(1, 1.0), 0.9, "guess"), "guess"),
        (lambda: counting_limits(counting_cells(1, 1.0), 0.9, "cls", CountingOptions(interval="central")), "central"),
        (lambda: feldman_cousins(counting_cells(1, 1.0, 0.1), 0.9), "construction"),
        (lambda: feldman_cousins(counting_cells(1, 1.0), 0.9, "smooth"), "smooth"),
        (lambda: asimov_significance(1.0, 0.0), "background above 0"),
        (lambda: z_bi(1, 2, -1.0), "tau"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make, words):
    with pytest.raises(InputError, match=words):
        make()
