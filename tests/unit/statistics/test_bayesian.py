"""Bayesian and toy limits of a scan: fields, what is refused, and where nothing is in the window."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.models import Gaussian, Polynomial
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import Prior, ToyPlan, upper_limits
from gloam.statistics.intervals import intervals


def result_of(contents, positions, order=1, vetoes=()):
    axis = uniform_axis(0.0, 10.0, bins=len(contents))
    spectrum = Spectrum((axis,), with_flow(np.asarray(contents, float), (axis,)))
    grid = Grid.of(positions)
    windows = sliding_windows(axis, grid.position, 20.0)
    return fit_scan(Scan(spectrum, Gaussian(0.3), Polynomial(order), grid, windows, vetoes))


@pytest.fixture(scope="module")
def result():
    return result_of(np.random.default_rng(4).poisson(30.0, 40), [2.0, 4.0, 5.0, 7.5], vetoes=((3.5, 4.5),))


class TestBayesian:
    def test_fields(self, result):
        found = upper_limits(result, 0.9, "bayes")
        assert (found.method, found.test_statistic, found.sidedness) == ("bayes", "posterior", "one-sided")
        assert (found.prior, found.toys, found.n_toys_failed, found.n_failed) == ("flat in s for s > 0", 0, 0, 0)
        assert np.isnan(found.observed).tolist() == (result.status == FitStatus.VETOED).tolist()
        assert np.isnan(found.expected[:, [0, 1, 3, 4]]).all()
        fitted = ~np.isnan(found.observed)
        assert (found.expected[fitted, 2] > 0).all()
        assert (found.error[fitted] < 1e-4 * found.observed[fitted]).all()

    def test_without_expected_limits(self, result):
        found = upper_limits(result, 0.9, "bayes", bands=False)
        assert np.isnan(found.expected).all()
        assert found.n_failed == 0

    def test_the_prior_bounds_the_limit(self, result):
        bounds = (5.0, 8.0)
        for form in ("flat", "jeffreys", "reference", "logflat"):
            found = upper_limits(result, 0.9, "bayes", prior=Prior(form, bounds), bands=False).observed[[0, 2, 3]]
            assert ((found > bounds[0]) & (found < bounds[1])).all()

    def test_priors_that_favour_small_yields_give_lower_limits(self, result):
        flat, reference, logflat = (
            upper_limits(result, 0.9, "bayes", prior=prior, bands=False).observed[[0, 2, 3]]
            for prior in (Prior(), Prior("reference"), Prior("logflat", (1e-3, 1e3)))
        )
        assert (logflat < reference).all()
        assert (reference <= flat * (1 + 1e-3)).all()

    def test_no_events_at_all(self):
        """Any background costs probability, and the posterior is e^-s of a whole signal."""
        found = upper_limits(result_of(np.zeros(40), [5.0], order=0), 0.9, "bayes", marginalisation="exact")
        assert found.n_failed == 0
        # b >= 0, flat: the integral over the background does not depend on s
        assert found.observed[0] == pytest.approx(np.log(10), abs=4 * found.error[0] + 1e-3)

    def test_batches_do_not_matter(self, result):
        alone = result_of(result.setup.spectrum.values(), [5.0], vetoes=((3.5, 4.5),))
        for way in ("laplace", "exact"):
            together = upper_limits(result, 0.9, "bayes", marginalisation=way).observed[2]
            single = upper_limits(alone, 0.9, "bayes", marginalisation=way).observed[0]
            assert single == pytest.approx(together, rel=1e-9)

    def test_a_marginalisation_there_is_not(self, result):
        with pytest.raises(InputError, match="background: got sampled; allowed: laplace or exact"):
            upper_limits(result, 0.9, "bayes", marginalisation="sampled")


class TestToys:
    PLAN = ToyPlan(2000, 0.1, seed=3)

    def test_fields(self, result):
        found = upper_limits(result, 0.9, "cls-toys", toys=self.PLAN)
        assert (found.method, found.test_statistic, found.prior) == ("cls-toys", "q_tilde", "")
        assert 3 * 3 * 250 <= found.toys <= 3 * 2000
        assert found.n_failed == found.n_toys_failed == 0
        assert np.isnan(found.expected).all()
        assert np.isnan(found.observed).tolist() == (result.status == FitStatus.VETOED).tolist()

    def test_the_seed_makes_the_toys(self, result):
        limits = [
            upper_limits(result, 0.9, "cls-toys", toys=ToyPlan(2000, 0.1, seed), threads=threads).observed[[0, 2, 3]]
            for seed, threads in ((3, 1), (3, 2), (4, 1))
        ]
        assert (limits[0] == limits[1]).all()
        assert (limits[0] != limits[2]).all()

    def test_more_toys_are_more_precise(self, result):
        few, many = (upper_limits(result, 0.9, "cls-toys", toys=ToyPlan(n, 1e-3)) for n in (1500, 6000))
        assert (many.error[[0, 2, 3]] < few.error[[0, 2, 3]]).all()
        assert few.toys <= 3 * 1500
        assert 3 * 1500 < many.toys <= 3 * 6000

    @pytest.mark.parametrize(
        ("arguments", "words"), [((100,), "number of toys"), ((1000, 0.7), "precision of toy limits")]
    )
    def test_plans_that_cannot_be(self, arguments, words):
        with pytest.raises(InputError, match=words):
            ToyPlan(*arguments)


class TestIntervals:
    def test_fields(self, result):
        found = intervals(result, 0.6827)
        assert (found.method, found.level, found.prior, found.n_failed) == ("profile", 0.6827, "", 0)
        fitted = [0, 2, 3]
        # many counts: nearly one standard deviation on either side
        np.testing.assert_allclose((found.high - found.low)[fitted], 2 * result.n_sig_err[fitted], rtol=0.02)
        assert (found.error[fitted] == 0).all()
        assert np.isnan(found.low[1])

    @pytest.mark.parametrize("method", ["central", "shortest"])
    def test_credible_intervals_are_inside_the_prior(self, result, method):
        found = intervals(result, 0.9, method)
        assert found.prior == "flat in s for s > 0"
        assert (found.low[[0, 2, 3]] >= 0).all()
        assert (found.high[[0, 2, 3]] > found.low[[0, 2, 3]]).all()

    def test_the_shortest_is_the_shortest(self, result):
        central, shortest = (intervals(result, 0.9, method) for method in ("central", "shortest"))
        rows = [0, 2, 3]
        assert ((shortest.high - shortest.low)[rows] <= (central.high - central.low)[rows] * (1 + 1e-9)).all()

    def test_what_is_refused(self, result):
        with pytest.raises(InputError, match="level of the interval: got 68"):
            intervals(result, 68)
        with pytest.raises(InputError, match="interval: got highest; allowed: profile, central or shortest"):
            intervals(result, 0.9, "highest")
