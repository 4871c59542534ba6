"""Limits with nuisance parameters: what they do, where they end, and what is refused."""

import numpy as np
import pytest
from scipy.optimize import brentq

import gloam
from gloam.errors import InputError
from gloam.models import Component, Components, Peak, Polynomial, TemplateBackground, YieldNuisance
from gloam.models import resolution_nuisance as resolution
from gloam.scans import fit_scan
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import nuisance_effects, representative, upper_limits
from gloam.statistics.normal import quantile
from gloam.workflow.scan import declare_scan

SHAPE = gloam.Gaussian(0.02)
GRID = [0.4, 0.5, 0.6]


def spectrum_of(counts):
    counts = np.asarray(counts, float)
    axis = uniform_axis(0.0, 1.0, bins=counts.size)
    return Spectrum((axis,), with_flow(counts, (axis,)))


def sloped(mean, seed=3, bins=100):
    x = (np.arange(bins) + 0.5) / bins
    return np.random.default_rng(seed).poisson(mean * (1.3 - 0.6 * x)).astype(float)


def result_of(counts, *nuisances, background=None, grid=GRID, window=25.0):
    return gloam.scan(spectrum_of(counts), SHAPE, background or Polynomial(1), grid, window, nuisances=nuisances)


def test_a_log_normal_efficiency_widens_the_profile_as_its_closed_form_says():
    """With q(y) of the yield alone, that of s is min over y of q(y) + (ln(y / s) / ln k)^2."""
    counts, k = sloped(20.0), 1.3
    plain = result_of(counts)
    row, level = 1, 0.95
    goal = float(quantile(level)) ** 2

    def q_of_yield(y):
        return 2 * float(np.interp(y, grid_of_yields, rises))

    from gloam.fit import Point, likelihood_difference, profile
    from gloam.scans import batches

    problem = next(batches(plain.setup, np.array([row]))).problem()
    best = profile(problem, plain.theta[[row]], np.maximum(plain.n_sig[[row]], 0.0))
    grid_of_yields = np.linspace(best.s[0], best.s[0] + 150, 3001)
    rises, theta = [], best.theta
    for y in grid_of_yields:
        here = profile(problem, theta, np.array([y]), 1e-13)
        rises.append(float(likelihood_difference(problem, here, Point.of(best))[0]))
        theta = here.theta

    def q(s):
        y = grid_of_yields
        return np.min(2 * np.array(rises) + (np.log(y / s) / np.log(k)) ** 2)

    expected = brentq(lambda s: q(s) - goal, best.s[0] + 1, 300)
    found = upper_limits(result_of(counts, YieldNuisance("efficiency", k - 1)), level, "profile").observed[row]
    assert found == pytest.approx(expected, rel=1e-4)
    assert found > upper_limits(plain, level, "profile").observed[row]


@pytest.mark.parametrize("method", ["cls", "profile", "bayes"])
def test_an_efficiency_known_to_100_percent(method):
    """Log-normal: an answer, well above that without. Gaussian: the efficiency may be 0, and no yield is excluded."""
    counts = sloped(20.0)
    with_all = upper_limits(result_of(counts, YieldNuisance("efficiency", 1.0)), 0.90, method)
    without = upper_limits(result_of(counts), 0.90, method)
    assert with_all.n_failed == 0
    assert (with_all.observed > 1.2 * without.observed).all()
    assert (with_all.observed < 50 * without.observed).all()
    gaussian = result_of(counts, YieldNuisance("efficiency", 1.0, constraint="gaussian"))
    assert np.isfinite(gaussian.n_sig).all()
    with pytest.raises(InputError, match="lets the signal vanish within 1 standard deviations") as fault:
        upper_limits(gaussian, 0.90, method)
    assert "log-normal" in str(fault.value)


def test_gaussian_efficiencies_add_in_quadrature():
    parts = [YieldNuisance(name, 0.45, constraint="gaussian") for name in ("a", "b")]
    upper_limits(result_of(sloped(20.0), parts[0]), 0.95)
    with pytest.raises(InputError, match=r"0\.636396"):
        upper_limits(result_of(sloped(20.0), *parts), 0.95)


def test_a_template_without_simulated_events_under_data_is_refused():
    contents = np.full(100, 50.0)
    contents[30:34] = 0.0
    hollow = Components((Component("template", TemplateBackground(np.linspace(0, 1, 101), contents, contents)),))
    counts = sloped(20.0)
    with pytest.raises(InputError, match=r"no expectation at all from 0\.3") as fault:
        result_of(counts, background=hollow)
    assert "merge bins" in str(fault.value).lower()
    floored = Components((*hollow.parts, Component("smooth", Polynomial(1))))
    assert (result_of(counts, background=floored).edm < 1e-10).all()


def test_twelve_floating_parameters():
    known = [Component(f"at {x}", Peak(gloam.Gaussian(0.04), x)) for x in (0.15, 0.3, 0.85)]
    background = Components((Component("smooth", Polynomial(7)), *known))
    result = result_of(sloped(400.0), background=background, window=50.0)
    assert (result.parameters + 1 == 12).all()
    assert (result.edm <= 1e-8).all()
    assert upper_limits(result).n_failed == 0


def test_a_window_of_five_bins_with_six_parameters_is_refused():
    with pytest.raises(InputError, match="at least 6 bins across which signal and background differ"):
        gloam.scan(spectrum_of(sloped(20.0)), SHAPE, Polynomial(4), GRID, 1.25)


@pytest.mark.parametrize("mean", [0.0, 0.02])
def test_next_to_no_events(mean):
    counts = sloped(mean)
    nuisances = (YieldNuisance("efficiency", 0.1), resolution("resolution", SHAPE, 0.1))
    result = result_of(counts, *nuisances)
    limits = upper_limits(result, 0.90)
    assert result.n_failed == limits.n_failed == 0
    assert (limits.observed > 0.9).all()
    assert (limits.observed < 12).all()


def test_effects_of_nuisance_parameters():
    nuisances = (YieldNuisance("efficiency", 0.2), resolution("resolution", SHAPE, 0.2))
    peak = 60 * np.exp(-0.5 * ((np.arange(100) + 0.5 - 50) / 2) ** 2)
    result = result_of(sloped(20.0) + peak.round(), *nuisances)
    limits = upper_limits(result, 0.95)
    rows = representative(result)
    assert rows[0] == 1
    effects = nuisance_effects(result, limits, rows)
    assert effects.names == ("efficiency", "resolution")
    np.testing.assert_allclose(effects.pull[:, 0], 0, atol=1e-4)
    np.testing.assert_allclose(effects.pull_error[:, 0], 1, rtol=1e-6)
    assert effects.pull_error[0, 1] < 0.9  # a peak of 300 events measures its own width
    # an efficiency moves the yield by its own size
    moved = abs(effects.n_sig_effect[0, 0])
    assert moved == pytest.approx(np.log(1.2) * result.n_sig[1], rel=1e-3)
    alone = upper_limits(fit_scan(result.setup.without_nuisance("efficiency")), 0.95, bands=False)
    np.testing.assert_allclose(effects.limit_without[:, 0], alone.observed[rows], rtol=1e-6)
    assert effects.limit_effect[0, 0] > 0.1


def test_an_uncertain_efficiency_changes_no_significance():
    counts = sloped(20.0)
    plain, uncertain = result_of(counts), result_of(counts, YieldNuisance("efficiency", 0.3))
    np.testing.assert_allclose(plain.q0, uncertain.q0, atol=1e-8)
    np.testing.assert_allclose(plain.n_sig, uncertain.n_sig, atol=1e-3)


def test_the_limit_in_the_side_band_of_a_real_peak():
    """The Y(1S) of CMS Open Data: resolution nuisance and nine variants; the weakest of them is quoted."""
    from gloam.scans import background_variants, fit_variants
    from gloam.searches import load_search
    from gloam.statistics import combine_variants, variant_limits
    from gloam.workflow.data import own_spectrum

    search = load_search("cms_dimuon")
    channel = search.channels[-1]
    shape = channel.signal_shape()
    nuisances = (resolution("resolution", shape, 0.1), YieldNuisance("efficiency", 0.05))
    scan = declare_scan(own_spectrum(search, channel), shape, Polynomial(2), [9.15], 3.0, (), nuisances)
    variants = background_variants(scan, window=0.5, order=1)
    results = fit_variants(variants)
    limits = variant_limits(results, 0.90)
    summary = combine_variants(results, limits)
    assert len(results.names) == 9
    assert summary.n_failed.sum() == 0
    assert summary.observed[0] == max(limit.observed[0] for limit in limits) > 0
