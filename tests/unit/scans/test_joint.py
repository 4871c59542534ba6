"""Joint scans: shares, shared coefficients, nuisance parameters by name."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.models import Component, Components, Gaussian, Polynomial, ShapeNuisance, YieldNuisance
from gloam.scans import Grid, JointScan, Scan, fit_scan, sliding_windows, vetoed
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import upper_limits

AXIS = uniform_axis(0.0, 1.0, bins=50)
GRID = Grid.of([0.3, 0.5, 0.7])


def channel(seed, *, mean=20.0, signal=0.0, width=0.03, order=1, nuisances=(), background=None, vetoes=(), axis=AXIS):
    random = np.random.default_rng(seed)
    peak = np.exp(-0.5 * ((axis.centers - 0.5) / 0.03) ** 2)
    counts = random.poisson(mean + signal * peak / peak.sum()).astype(float)
    windows = sliding_windows(axis, GRID.position, 0.4)
    background = background or Polynomial(order)
    spectrum = Spectrum((axis,), with_flow(counts, (axis,)))
    return Scan(spectrum, Gaussian(width), background, GRID, windows, vetoes, nuisances)


def test_one_channel_alone_is_the_plain_scan():
    alone = channel(1, signal=40)
    joint = fit_scan(JointScan(("one",), (alone,), np.ones((1, 3))))
    plain = fit_scan(alone)
    np.testing.assert_allclose(joint.n_sig, plain.n_sig, atol=1e-5)
    np.testing.assert_allclose(joint.q0, plain.q0, atol=1e-9)
    np.testing.assert_allclose(joint.n_sig_err, plain.n_sig_err, rtol=1e-6)


def test_channels_share_the_signal():
    one, two = channel(1, signal=60), channel(2, signal=30, order=2)
    joint = fit_scan(JointScan(("one", "two"), (one, two), np.array([[2 / 3] * 3, [1 / 3] * 3])))
    # combined by their own errors, the profiles being nearly parabolic
    parts = [fit_scan(one), fit_scan(two)]
    estimates = np.array([parts[0].n_sig / (2 / 3), parts[1].n_sig / (1 / 3)])
    weights = 1 / np.array([parts[0].n_sig_err / (2 / 3), parts[1].n_sig_err / (1 / 3)]) ** 2
    np.testing.assert_allclose(
        joint.n_sig, (estimates * weights).sum(axis=0) / weights.sum(axis=0), atol=0.15 * joint.n_sig_err.min()
    )
    np.testing.assert_allclose(joint.n_sig_err, weights.sum(axis=0) ** -0.5, rtol=0.05)
    assert (joint.parameters == 2 + 3).all()


def test_a_control_region_measures_a_shared_background():
    """With a flat background of one yield in both, the sum of the counts decides."""
    shared = Components((Component("flat", Polynomial(0)),))
    search, control = channel(3, background=shared), channel(4, mean=20, background=shared)
    joint = fit_scan(JointScan(("search", "control"), (search, control), np.array([[1.0], [0.0]]), frozenset({"flat"})))
    apart = fit_scan(JointScan(("search", "control"), (search, control), np.array([[1.0], [0.0]])))
    assert (joint.parameters == 1).all()
    assert (apart.parameters == 2).all()
    assert (joint.n_sig_err < apart.n_sig_err).all()
    counts = [each.spectrum.values()[10:40].mean() for each in (search, control)]
    np.testing.assert_allclose(joint.theta_background[1, 0], np.mean(counts), rtol=0.05)


def test_nuisances_of_one_name_are_one_parameter():
    common = (YieldNuisance("luminosity", 0.3),)
    apart = (YieldNuisance("other", 0.3),)
    one, two = channel(1, signal=200, nuisances=common), channel(2, signal=200, nuisances=common)
    same = fit_scan(JointScan(("one", "two"), (one, two), np.full((2, 3), 0.5)))
    two_apart = channel(2, signal=200, nuisances=apart)
    different = fit_scan(JointScan(("one", "two"), (one, two_apart), np.full((2, 3), 0.5)))
    assert same.setup.nuisance_names == ("luminosity",)
    assert different.setup.nuisance_names == ("luminosity", "other")
    np.testing.assert_allclose(same.pulls[0], 0, atol=1e-4)
    # a common factor adds in full, independent ones partly cancel
    limits = [upper_limits(result, 0.95).observed[1] for result in (same, different)]
    assert limits[0] > 1.05 * limits[1]


def test_a_channel_without_events_is_fitted():
    empty = channel(1, mean=0.0)
    full = channel(2, signal=30)
    joint = fit_scan(JointScan(("empty", "full"), (empty, full), np.full((2, 3), 0.5)))
    assert (joint.status == FitStatus.BOUNDARY).all()
    assert (joint.edm <= 1e-8).all()
    limits = upper_limits(joint, 0.9)
    assert limits.n_failed == 0
    assert (limits.observed < upper_limits(fit_scan(full), 0.9).observed / 0.5).all()


def test_a_mass_is_vetoed_where_no_channel_sees_it():
    one, two = channel(1, vetoes=((0.45, 0.55),)), channel(2)
    shares = np.full((2, 3), 0.5)
    assert not vetoed(JointScan(("one", "two"), (one, two), shares)).any()
    silent = np.array([[1.0] * 3, [0.0] * 3])
    np.testing.assert_array_equal(vetoed(JointScan(("one", "two"), (one, two), silent)), [False, True, False])


def test_some_of_the_hypotheses():
    nuisances = (YieldNuisance("a", 0.1), ShapeNuisance("b", Gaussian(0.035), Gaussian(0.025)))
    joint = JointScan(("one", "two"), (channel(1, nuisances=nuisances), channel(2)), np.full((2, 3), 0.5))
    part = fit_scan(joint.take(np.array([2, 0])))
    np.testing.assert_allclose(part.n_sig, fit_scan(joint).n_sig[[2, 0]], rtol=1e-5)
    assert joint.without_nuisance("a").nuisance_names == ("b",)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda c: JointScan(("a", "a"), (c, c), np.ones((2, 3))), "one name each"),
        (lambda c: JointScan(("a",), (c, c), np.ones((2, 3))), "one name each"),
        (lambda c: JointScan(("a", "b"), (c, c.take(np.array([0]))), np.ones((2, 1))), "as many in all channels"),
        (lambda c: JointScan(("a",), (c,), np.zeros((1, 3))), "shares of the signal"),
        (lambda c: JointScan(("a",), (c,), -np.ones((1, 3))), "shares of the signal"),
    ],
)
def test_what_is_refused(build, words):
    with pytest.raises(InputError, match=words):
        build(channel(1))


def test_what_a_figure_of_one_channel_shows():
    from gloam.report.views import fit_view

    one, two = channel(1, signal=60), channel(2, signal=30, order=2)
    joint = fit_scan(JointScan(("one", "two"), (one, two), np.array([[2 / 3] * 3, [1 / 3] * 3])))
    views = [fit_view(joint, 1, channel=c) for c in (0, 1)]
    for view, scan, share in zip(views, (one, two), (2 / 3, 1 / 3), strict=True):
        low, high = scan.windows.ends[0][1], scan.windows.ends[1][1]
        np.testing.assert_array_equal(view.counts, scan.spectrum.values()[low:high])
        assert view.signal.sum() == pytest.approx(share * joint.n_sig[1], rel=1e-6)
    # all yields float: at the minimum there are as many events as in the data
    assert sum(v.expected.sum() for v in views) == pytest.approx(sum(v.counts.sum() for v in views), rel=1e-6)
