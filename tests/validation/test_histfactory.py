"""HistFactory models: published numbers of pyhf's own validation, and pyhf itself on a model with ten nuisances.

pyhf is run with interpolation codes 1 (exponential, normsys) and 0 (piecewise linear, histosys), which are gloam's
factors and morphs with a kink at 0.
"""

from functools import cache

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from gloam.fit import (
    KINK,
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    Minimum,
    Point,
    Problem,
    RowDesign,
    TemplateSpread,
    crossing,
    is_certified,
    likelihood_difference,
    minimise,
    profile,
    projected_start,
)
from gloam.statistics.asymptotic import band_heights, log_cls

pytestmark = [
    pytest.mark.validation,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning:pyhf"),
]

ZERO = np.zeros(1)


class Inference:
    """Asymptotic q-tilde, CLs and limits of one problem (arXiv:1007.1727), on fits of gloam alone."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.background = profile(problem, projected_start(problem), ZERO)
        self.free = minimise(problem, self.background.theta, ZERO)
        self.best: Minimum = self.free if self.free.s[0] > 0 else self.background
        theta, expected = self.background.theta, self.background.expected
        self.asimov = problem.asimov(theta, ZERO, expected)
        self.imagined = profile(self.asimov, theta, ZERO)
        assert is_certified(self.free.status).all()
        assert is_certified(self.imagined.status).all()

    @property
    def discovery(self):
        """q0."""
        return 2 * float(likelihood_difference(self.problem, self.background, self.best)[0])

    def statistics(self, s):
        """q-tilde of data and Asimov set."""
        at, yields = [], np.array([s])
        for problem, start in ((self.problem, self.best), (self.asimov, self.imagined)):
            found = profile(problem, start.theta, yields)
            assert is_certified(found.status).all()
            rise = likelihood_difference(problem, found, start)[0] if s > start.s[0] else 0.0
            at.append(2 * max(float(rise), 0.0))
        return at

    def cls(self, s):
        """Observed CLs, and expected ones of data 2, 1, 0, -1, -2 deviations towards background."""
        q, asimov = self.statistics(s)
        observed = float(np.exp(log_cls(np.array([q]), np.array([asimov])))[0])
        root, n = np.sqrt(asimov), np.array([2.0, 1.0, 0.0, -1.0, -2.0])
        return observed, ndtr(n - root) / ndtr(n)

    def limit(self, level, start):
        def excess(s):
            return np.log(self.cls(s)[0] / (1 - level))

        return brentq(excess, 0.2 * start, 5 * start, xtol=1e-6 * start)

    def expected_limits(self, level):
        unit = 1 / np.sqrt(self.imagined.curvature)
        return np.array([
            crossing(
                self.asimov, self.imagined.theta, ZERO, Point.of(self.imagined), 0.5 * height**2,
                guess=height * unit, ridge=self.imagined.ridge,
            ).s[0]
            for height in band_heights(level)
        ])  # fmt: skip


def on_off(count, signal):
    """One bin with a background of 50 +- 7, which pyhf's shapesys knows from a Poisson count of (50 / 7)^2."""
    control = (50 / 7) ** 2
    return Problem(np.array([[count, control]]), RowDesign(np.array([[[50.0], [control]]])), np.array([[signal, 0.0]]))


def test_one_bin_with_an_uncertain_background():
    """pyhf, tests/test_validation.py, one bin s = 10, b = 50 +- 7, n = 55: CLs and expected values.

    Its numbers come from a minimiser that stops at 1e-6 in q or so: hence a part in 1e4.
    """
    observed, expected = Inference(on_off(55.0, 10.0)).cls(1.0)
    assert observed == pytest.approx(0.45418893, rel=1e-4)
    np.testing.assert_allclose(np.sort(expected), [0.0637201, 0.1509687, 0.3279657, 0.6046136, 0.8662652], rtol=1e-4)


def test_discovery_with_an_uncertain_background():
    """pyhf's validation, one bin s = 25, b = 50 +- 7, n = 80: p0 = 0.0039368832."""
    p_value = ndtr(-np.sqrt(Inference(on_off(80.0, 25.0)).discovery))
    assert p_value == pytest.approx(0.0039368832, rel=1e-4)


def test_two_bins_with_an_asymmetric_morph():
    """pyhf's validation of histosys, b [100, 150], up [102, 190], down [98, 100], s [30, 95], n [120, 180]."""
    background = np.array([[100.0, 150.0]])
    up, down = np.array([[2.0, 40.0]]), np.array([[2.0, 50.0]])
    problem = Problem(
        np.array([[120.0, 180.0]]), RowDesign(np.zeros((1, 2, 0))), np.array([[30.0, 95.0]]), offset=background,
        constraint=Constraint.diagonal(np.zeros((1, 1)), np.ones((1, 1))),
        effects=Effects(1, 0, (Effect(0, 0, up, False, down, KINK),), {0: background}),
    )  # fmt: skip
    assert Inference(problem).cls(1.0)[0] == pytest.approx(0.1001463461, rel=1e-4)


# ten nuisance parameters and two kinds of template statistics --------------------------------------------------------

BINS = 30
EDGES = np.linspace(-1, 1, BINS + 1)
CENTRE = 0.5 * (EDGES[1:] + EDGES[:-1])
LUMINOSITY = 0.1
SHAPESYS_BINS = (4, 15, 22)


def gaussian(position, width):
    return np.diff(ndtr((EDGES - position) / width))


class Ingredients:
    """Templates and their variations, once for both programs."""

    def __init__(self):
        self.signal = 40 * gaussian(0.1, 0.12)
        self.smooth = 30 * np.exp(-0.8 * (CENTRE + 1))  # simulated: its statistics count; floats
        self.broad = 10 * np.exp(-0.5 * ((CENTRE + 0.2) / 0.4) ** 2)
        self.flat = 6 + 2 * CENTRE
        self.uneven = np.zeros(BINS)
        self.uneven[list(SHAPESYS_BINS)] = 12.0, 9.0, 7.0
        self.uneven_error = 0.25 * self.uneven
        self.smooth_error = 0.06 * self.smooth
        # per nuisance parameter: name, template, up, down as factors (normsys) or as templates (histosys)
        self.factors = [
            ("trigger", "signal", 1.05, 0.95), ("trigger", "broad", 1.04, 0.97), ("tracking", "signal", 1.08, 0.93),
            ("norm_broad", "broad", 1.25, 0.8), ("norm_flat", "flat", 1.15, 0.86), ("modelling", "flat", 0.95, 1.04),
        ]  # fmt: skip
        shape, move = self.broad * CENTRE, 40 * (gaussian(0.13, 0.12) - gaussian(0.1, 0.12))
        wide = 40 * (gaussian(0.1, 0.14) - gaussian(0.1, 0.12))
        self.morphs = [
            ("tilt_broad", "broad", self.broad + 0.2 * shape, self.broad - 0.25 * shape),
            ("scale", "signal", self.signal + move, self.signal - 0.8 * move),
            ("width", "signal", self.signal + wide, self.signal - 0.7 * wide),
            ("migration", "broad", self.broad * (1 + 0.04 * CENTRE**2), self.broad * (1 - 0.03 * CENTRE**2)),
        ]
        truth = 0.5 * self.signal + self.smooth * 1.04 + 1.1 * self.broad + self.flat + 0.9 * self.uneven
        self.data = np.random.default_rng(5).poisson(truth).astype(float)

    def nominal(self, name):
        return getattr(self, name)


def as_pyhf(parts: Ingredients):
    import pyhf

    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-3, strategy=1))

    def sample(name, content, *modifiers):
        systematic = [
            *(("normsys", n, {"hi": hi, "lo": lo}) for n, t, hi, lo in parts.factors if t == name),
            *(
                ("histosys", n, {"hi_data": up.tolist(), "lo_data": down.tolist()})
                for n, t, up, down in parts.morphs
                if t == name
            ),
            *modifiers,
        ]
        return {
            "name": name,
            "data": content.tolist(),
            "modifiers": [{"type": kind, "name": n, "data": data} for kind, n, data in systematic],
        }

    samples = [
        sample("signal", parts.signal, ("normfactor", "mu", None)),
        sample(
            "smooth", parts.smooth, ("normfactor", "norm", None), ("staterror", "stat", parts.smooth_error.tolist())
        ),
        sample("broad", parts.broad),
        sample("flat", parts.flat, ("lumi", "lumi", None)),
        sample("uneven", parts.uneven, ("shapesys", "uneven", parts.uneven_error.tolist())),
    ]
    model = pyhf.Model(
        {
            "channels": [{"name": "spectrum", "samples": samples}],
            "parameters": [
                {"name": "mu", "bounds": [[0, 6]], "inits": [0.5]},
                {"name": "norm", "bounds": [[0.2, 3]], "inits": [1.0]},
                {"name": "lumi", "auxdata": [1.0], "sigmas": [LUMINOSITY], "bounds": [[0.5, 1.5]], "inits": [1.0]},
            ],
        },
        poi_name="mu",
        modifier_settings={"normsys": {"interpcode": "code1"}, "histosys": {"interpcode": "code0"}},
    )
    return model, [*parts.data, *model.config.auxdata]


def as_gloam(parts: Ingredients) -> Problem:
    """The same; the Poisson constraints of shapesys are further bins, each with the count that its error stands for."""
    extra = len(SHAPESYS_BINS)
    counts = (parts.uneven / np.where(parts.uneven > 0, parts.uneven_error, 1))[list(SHAPESYS_BINS)] ** 2

    def wide(content):
        return np.concatenate([content, np.zeros(extra)])[None]

    columns = [wide(parts.smooth)[0]]
    for place, bin_ in enumerate(SHAPESYS_BINS):
        column = np.zeros(BINS + extra)
        column[bin_], column[BINS + place] = parts.uneven[bin_], counts[place]
        columns.append(column)
    k = len(columns)
    place_of = {"signal": SIGNAL, "broad": k, "flat": k + 1}
    names = list(dict.fromkeys([*(n for n, *_ in parts.factors), *(n for n, *_ in parts.morphs), "lumi"]))
    effects = [
        Effect(
            names.index(n), place_of[t], wide(np.full(BINS, np.log(hi))), True, wide(np.full(BINS, -np.log(lo))), KINK
        )
        for n, t, hi, lo in parts.factors
    ]
    effects += [
        Effect(names.index(n), place_of[t], wide(up - parts.nominal(t)), False, wide(parts.nominal(t) - down), KINK)
        for n, t, up, down in parts.morphs
    ]
    effects.append(Effect(names.index("lumi"), place_of["flat"], wide(LUMINOSITY * parts.flat), False))
    error = np.concatenate([np.full(k, np.inf), np.ones(len(names))])[None]
    templates = {place: wide(parts.nominal(name)) for name, place in place_of.items()}
    return Problem(
        np.concatenate([parts.data, counts])[None], RowDesign(np.array(columns).T[None]), wide(parts.signal),
        offset=wide(parts.broad + parts.flat), constraint=Constraint.diagonal(np.zeros(error.shape), error),
        upward=np.ones(k),
        effects=Effects(
            len(names), k, tuple(effects), templates, (TemplateSpread(0, wide(parts.smooth_error)),)
        ),
    )  # fmt: skip


@cache
def both():
    parts = Ingredients()
    return as_pyhf(parts), Inference(as_gloam(parts))


def test_the_model_has_ten_nuisances_and_a_signal():
    (model, _), ours = both()
    assert ours.problem.effects.nuisances == 10
    assert model.config.suggested_fixed().count(False) == 2 + 10 + BINS + len(SHAPESYS_BINS)
    assert 0 < ours.free.s[0] < 2


def test_q_and_fit_against_pyhf():
    import pyhf

    (model, data), ours = both()
    best, value = pyhf.infer.mle.fit(data, model, return_fitted_val=True)
    _, background = pyhf.infer.mle.fixed_poi_fit(0.0, data, model, return_fitted_val=True)
    assert ours.free.s[0] == pytest.approx(best[model.config.poi_index], rel=1e-3)
    assert ours.discovery == pytest.approx(float(background - value), rel=1e-3)


def test_cls_and_bands_against_pyhf():
    """At gloam's limit CLs of pyhf is 5 %, with the same expected CLs; a part in 1e3 of a limit is 5e-3 of CLs."""
    import pyhf

    (model, data), ours = both()
    limit = ours.limit(0.95, 1.0)
    observed, expected = pyhf.infer.hypotest(limit, data, model, test_stat="qtilde", return_expected_set=True)
    assert float(observed) == pytest.approx(0.05, rel=5e-3)
    np.testing.assert_allclose(np.sort(ours.cls(limit)[1]), np.sort(np.array(expected, float)), rtol=5e-3)


@pytest.mark.statistical
def test_scanned_limits_against_pyhf():
    import pyhf

    (model, data), ours = both()
    observed, expected = pyhf.infer.intervals.upper_limits.toms748_scan(data, model, 0.05, 4.0, level=0.05, rtol=1e-5)
    assert ours.limit(0.95, 1.0) == pytest.approx(float(observed), rel=1e-3)
    np.testing.assert_allclose(ours.expected_limits(0.95), np.array(expected, float), rtol=1e-3)
