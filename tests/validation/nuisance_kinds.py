"""Random hypotheses of every kind of nuisance parameter, in the terms of `nuisance_models`, and as gloam's problems."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from gloam.fit import (
    SIGNAL,
    Constraint,
    Effect,
    Effects,
    JoinedDesign,
    Problem,
    RowDesign,
    SharedDesign,
    TemplateSpread,
)

from . import nuisance_models as reference
from .nuisance_models import KNOWN, Physics, Template

LEVELS = (20.0, 1.0, 0.05)
"""Mean counts per bin."""


def axis(bins):
    """Edges from -1 to 1."""
    return np.linspace(-1, 1, bins + 1)


def peak(edges, position, width):
    """A Gaussian in bins, 1 in total."""
    return np.diff(ndtr((edges - position) / width))


def polynomials(edges, order):
    """Legendre polynomials averaged over the bins, shape (K, m)."""
    node, weight = np.polynomial.legendre.leggauss(8)
    points = 0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * np.diff(edges)[:, None] * node
    return (np.polynomial.legendre.legvander(points, order) * (0.5 * weight)[:, None]).sum(axis=1).T


def bump(edges):
    """A broad template, 1 per bin on average."""
    centre = 0.5 * (edges[1:] + edges[:-1])
    shape = 0.2 + np.exp(-0.5 * ((centre - 0.1) / 0.5) ** 2)
    return shape / shape.mean()


class Draw:
    """The random parts that kinds share."""

    def __init__(self, rng, level, bins=30):
        self.rng, self.level, self.edges = rng, level, axis(bins)
        self.position, self.width = rng.uniform(-0.4, 0.4), rng.uniform(0.06, 0.15)
        self.signal = peak(self.edges, self.position, self.width)
        self.centre = 0.5 * (self.edges[1:] + self.edges[:-1])
        # of the order of the error: from nothing to an excess of five standard deviations
        self.size = rng.uniform(0, 4) * np.sqrt(level * 0.25 * bins / 2 + 0.3)

    def slopes(self, order):
        """Coefficients of a positive polynomial, in counts per bin."""
        tilts = self.rng.uniform(-0.8, 0.8, order) / (1 + order)
        return self.level * np.concatenate([[1.0], tilts])

    def resolution(self, share):
        """The change of the signal for one standard deviation of its width."""
        wide, narrow = (peak(self.edges, self.position, self.width * (1 + sign * share)) for sign in (1, -1))
        return 0.5 * (wide - narrow)

    def shift(self, share):
        """The change of the signal for one standard deviation of its position, a part of the width."""
        up, down = (peak(self.edges, self.position + sign * share * self.width, self.width) for sign in (1, -1))
        return 0.5 * (up - down)

    def made(self, templates, theta, nuisances, constraints, *, exposure=None, channels=(), pulls=None) -> Physics:
        """The hypothesis with counts drawn from pulled nuisance parameters and shifted bins."""
        pulls = self.rng.normal(0, 0.7, nuisances) if pulls is None else pulls
        truth = np.concatenate([theta, np.zeros(nuisances), [self.size]])
        hypothesis = Physics(
            np.zeros(templates[0].content.size), tuple(templates), len(theta), nuisances, constraints, truth,
            exposure, channels,
        )  # fmt: skip
        pulled = hypothesis.start()
        pulled[len(theta) : len(theta) + nuisances] = pulls
        mu = np.maximum(hypothesis.expected(pulled), 0)
        weight = hypothesis.weight
        return Physics(
            self.rng.poisson(mu * weight).astype(float), tuple(templates), len(theta), nuisances, constraints, truth,
            exposure, channels,
        )  # fmt: skip


def standard(yields, nuisances):
    """Unit Gaussian constraints on all nuisance parameters."""
    return {yields + i: (0.0, 1.0) for i in range(nuisances)}


def parabola(draw, order=2):
    """A floating polynomial: its templates and coefficients."""
    return [Template(column, k) for k, column in enumerate(polynomials(draw.edges, order))], draw.slopes(order)


def with_signal(draw, *, factors=None, morphs=None, order=2, **more):
    """A floating polynomial and a signal with effects."""
    background, theta = parabola(draw, order)
    factors, morphs = factors or {}, morphs or {}
    nuisances = len(factors) + len(morphs)
    signal = Template(draw.signal, reference.SIGNAL, factors, morphs)
    return draw.made([signal, *background], theta, nuisances, standard(order + 1, nuisances), **more)


def gaussian_efficiency(draw):
    return with_signal(draw, morphs={0: 0.15 * draw.signal})


def lognormal_efficiency(error):
    def kind(draw):
        return with_signal(draw, factors={0: np.full(draw.signal.size, np.log1p(error))})

    return kind


def resolution(draw):
    return with_signal(draw, morphs={0: draw.resolution(0.2)})


def mass_shift(draw):
    return with_signal(draw, morphs={0: draw.shift(0.3)})


def resolution_shift_and_efficiency(draw):
    return with_signal(
        draw,
        morphs={0: draw.resolution(0.15), 1: draw.shift(0.2)},
        factors={2: np.full(draw.signal.size, np.log(1.1))},
    )


def channels(number, bins):
    """Channels with backgrounds of their own and effects in common, of different rates."""

    def kind(draw):
        edges, m = axis(bins), number * bins
        share = draw.rng.dirichlet(np.full(number, 3.0))
        width = draw.rng.uniform(0.08, 0.2, number)
        signal, spread, rate, yields, theta = [], [], [], [], []
        for c in range(number):
            signal.append(share[c] * peak(edges, draw.position, width[c]))
            wide, narrow = (peak(edges, draw.position, width[c] * (1 + sign * 0.2)) for sign in (1, -1))
            spread.append(0.5 * share[c] * (wide - narrow))
            rate.append(np.full(bins, draw.rng.uniform(-0.2, 0.3)))
            for k, column in enumerate(polynomials(edges, 1)):
                content = np.zeros(m)
                content[c * bins : (c + 1) * bins] = column
                yields.append(Template(content, 2 * c + k))
                theta.append(draw.level * (1.0 if k == 0 else draw.rng.uniform(-0.4, 0.4)))
        peaks = Template(
            np.concatenate(signal), reference.SIGNAL, {0: np.concatenate(rate)}, {1: np.concatenate(spread)}
        )
        return draw.made([peaks, *yields], np.array(theta), 2, standard(2 * number, 2), channels=(bins,) * number)

    return kind


def constrained_yield(draw):
    """A background whose yield a control measurement knows to 10 %, next to a free one."""
    theta = draw.level * np.array([0.5, 0.5])
    templates = [
        Template(draw.signal, reference.SIGNAL, {0: np.full(draw.signal.size, np.log(1.2))}),
        Template(np.ones(draw.signal.size), 0),
        Template(bump(draw.edges), 1),
    ]
    measured = draw.rng.normal(theta[1], 0.1 * theta[1])
    return draw.made(templates, theta, 1, {1: (measured, 0.1 * theta[1]), 2: (0.0, 1.0)})


def known_background(draw):
    """A simulated background normalised to 20 %, log-normal, which tilts, and no floating one."""
    known = Template(
        draw.level * bump(draw.edges), KNOWN, {0: np.full(draw.signal.size, np.log(1.2))},
        {1: 0.1 * draw.level * draw.centre},
    )  # fmt: skip
    signal = Template(draw.signal, reference.SIGNAL, {2: np.full(draw.signal.size, np.log(1.1))})
    return draw.made([signal, known], np.zeros(0), 3, standard(0, 3))


def known_and_floating(draw):
    """A known background with a log-normal error next to a floating polynomial, both nuisances also on the signal."""
    background, theta = parabola(draw, 1)
    rates = {0: np.full(draw.signal.size, np.log(1.3))}
    known = Template(0.5 * draw.level * bump(draw.edges), KNOWN, rates)
    signal = Template(draw.signal, reference.SIGNAL, {0: np.full(draw.signal.size, -0.1)})
    return draw.made([signal, known, *background], theta, 1, standard(2, 1))


def floating_template_with_morph(draw):
    """A template with a floating yield whose shape is uncertain: bilinear."""
    content = bump(draw.edges)
    theta = draw.level * np.array([0.5, 0.5])
    templates = [
        Template(draw.signal, reference.SIGNAL),
        Template(np.ones(draw.signal.size), 0),
        Template(content, 1, {1: 0.1 * np.cos(3 * draw.centre)}, {0: 0.3 * content * draw.centre}),
    ]
    return draw.made(templates, theta, 2, standard(2, 2))


def floating_slope(draw):
    """An exponential background with a slope that nothing constrains."""
    templates = [
        Template(draw.signal, reference.SIGNAL, {}, {1: draw.resolution(0.2)}),
        Template(np.ones(draw.signal.size), 0, {0: draw.centre}),
    ]
    pulls = np.array([draw.rng.uniform(-1, 1), draw.rng.normal(0, 0.7)])
    return draw.made(templates, draw.level * np.ones(1), 2, {2: (0.0, 1.0)}, pulls=pulls)


def known_with_statistics(draw):
    """A known template of few simulated events next to a floating constant."""
    content = 0.6 * draw.level * bump(draw.edges)
    templates = [
        Template(draw.signal, reference.SIGNAL, {0: np.full(draw.signal.size, np.log(1.1))}),
        Template(np.ones(draw.signal.size), 0),
        Template(content, KNOWN, error=0.2 * content),
    ]
    return draw.made(templates, 0.4 * draw.level * np.ones(1), 1, standard(1, 1))


def floating_with_statistics(draw):
    """A template of few simulated events with a floating yield, which the shifts scale with."""
    content = bump(draw.edges)
    templates = [
        Template(draw.signal, reference.SIGNAL, {0: np.full(draw.signal.size, np.log(1.1))}),
        Template(np.ones(draw.signal.size), 0),
        Template(content, 1, error=0.15 * content),
    ]
    return draw.made(templates, draw.level * np.array([0.4, 0.6]), 1, standard(2, 1))


def two_floating_with_statistics(draw):
    """Two templates of few simulated events; one of them morphs."""
    one, two = bump(draw.edges), bump(draw.edges)[::-1]
    templates = [
        Template(draw.signal, reference.SIGNAL),
        Template(one, 0, {}, {0: 0.2 * one * draw.centre}, error=0.1 * np.sqrt(one)),
        Template(two, 1, error=0.15 * two),
    ]
    theta = draw.level * np.array([0.5, 0.5])
    constraints = {0: (theta[0], 0.3 * theta[0]), 2: (0.0, 1.0)}
    return draw.made(templates, theta, 1, constraints)


def known_and_floating_with_statistics(draw):
    """Known and floating templates of few simulated events: one shift of a bin for both."""
    known, floating = 0.4 * draw.level * bump(draw.edges)[::-1], bump(draw.edges)
    templates = [
        Template(draw.signal, reference.SIGNAL),
        Template(floating, 0, error=0.15 * floating),
        Template(known, KNOWN, {0: np.full(draw.signal.size, np.log(1.2))}, error=0.2 * known),
    ]
    return draw.made(templates, 0.6 * draw.level * np.ones(1), 1, standard(1, 1))


def control_region(draw):
    """A signal region and a control region with more of the same background, and a constant of its own."""
    m = draw.signal.size
    here, there = np.r_[np.ones(m), np.zeros(10)], np.r_[np.zeros(m), np.ones(10)]
    shape = bump(draw.edges)
    templates = [
        Template(np.r_[draw.signal, np.zeros(10)], reference.SIGNAL, {}, {0: np.r_[draw.shift(0.3), np.zeros(10)]}),
        Template(np.r_[shape, 3 * np.ones(10)], 0),
        Template(here, 1),
        Template(there * np.linspace(0.5, 1.5, m + 10), 2),
    ]
    return draw.made(templates, draw.level * np.array([0.5, 0.5, 1.0]), 1, standard(3, 1), channels=(m, 10))


def vetoed(draw):
    """A hole in the axis beside the signal."""
    exposure = np.where((draw.centre > 0.5) & (draw.centre < 0.7), 0.0, 1.0)
    return with_signal(draw, morphs={0: draw.resolution(0.2)}, exposure=exposure)


def weighted(draw):
    """Expectations with a weight in every bin."""
    exposure = draw.rng.uniform(0.3, 2.0, draw.signal.size)
    return with_signal(draw, morphs={0: draw.shift(0.2)}, factors={1: np.full(30, 0.1)}, exposure=exposure)


def twelve_floating(draw):
    """Eleven coefficients and the signal, with its resolution."""
    return with_signal(draw, morphs={0: draw.resolution(0.2)}, order=10)


KINDS = {
    "gaussian efficiency": gaussian_efficiency,
    "log-normal efficiency of 10 %": lognormal_efficiency(0.1),
    "log-normal efficiency of 50 %": lognormal_efficiency(0.5),
    "log-normal efficiency of 100 %": lognormal_efficiency(1.0),
    "resolution": resolution,
    "mass shift": mass_shift,
    "resolution, shift and efficiency": resolution_shift_and_efficiency,
    "two channels": channels(2, 15),
    "five channels": channels(5, 8),
    "constrained yield": constrained_yield,
    "known background": known_background,
    "known and floating background": known_and_floating,
    "floating template with a morph": floating_template_with_morph,
    "floating slope": floating_slope,
    "statistics of a known template": known_with_statistics,
    "statistics of a floating template": floating_with_statistics,
    "statistics of two floating templates": two_floating_with_statistics,
    "statistics of known and floating templates": known_and_floating_with_statistics,
    "control region": control_region,
    "vetoed bins": vetoed,
    "weighted": weighted,
    "twelve floating": twelve_floating,
}


def levels_of(kind):
    """The statistics of a kind; the slope through one event alone is infinite, and there is no minimum to find."""
    return (*LEVELS[:2], 0.3) if kind == "floating slope" else LEVELS


def hypotheses(kind, level, number, seed=0) -> list[Physics]:
    """Some random hypotheses of a kind at a mean count per bin."""
    stream = np.random.default_rng([seed, list(KINDS).index(kind), int(1000 * level)])
    bins = 12 if "statistics" in kind else 30  # each bin with a shift is a parameter of the reference
    return [KINDS[kind](Draw(stream, level, bins)) for _ in range(number)]


def problem_of(some: list[Physics]) -> Problem:
    """The hypotheses of one kind as one batch of gloam."""
    first, (b, m) = some[0], (len(some), some[0].counts.size)
    k, known, signal = first.yields, first.yields, np.zeros((b, m))
    effects, contents, spreads = [], {}, []
    offset, spread, matrix = np.zeros((b, m)), np.zeros((b, m)), np.zeros((b, m, k))
    for place, template in enumerate(first.templates):
        alike = [hypothesis.templates[place] for hypothesis in some]
        content = np.stack([one.content for one in alike])
        column = {reference.SIGNAL: SIGNAL, KNOWN: known}.get(template.size, template.size)
        effects += _effects(alike, column)
        contents[column] = content
        error = None if template.error is None else np.stack([one.error for one in alike])
        if column == SIGNAL:
            signal = content
        elif column >= k:
            known += 1
            offset += content
            spread = spread if error is None else np.hypot(spread, error)
        else:
            matrix[:, :, column] = content
            spreads += [] if error is None else [TemplateSpread(column, error)]
    return Problem(
        np.stack([one.counts for one in some]),
        _design(first, matrix),
        signal,
        exposure=None if first.exposure is None else np.stack([one.exposure for one in some]),
        offset=offset if known > k else None,
        constraint=_constraint(some),
        spread=spread if spread.any() else None,
        upward=(matrix.min(axis=(0, 1)) >= 0).astype(float),  # of columns that are nowhere negative
        effects=Effects(first.nuisances, k, tuple(effects), contents, tuple(spreads)),
    )


def _effects(alike, column):
    """What the nuisance parameters do to one template."""
    factors = [Effect(i, column, np.stack([one.factors[i] for one in alike]), True) for i in alike[0].factors]
    return factors + [Effect(i, column, np.stack([one.morphs[i] for one in alike]), False) for i in alike[0].morphs]


def _constraint(some):
    size = some[0].yields + some[0].nuisances
    mean, error = np.zeros((len(some), size)), np.full((len(some), size), np.inf)
    for row, hypothesis in enumerate(some):
        for i, (centre, width) in hypothesis.constraints.items():
            mean[row, i], error[row, i] = centre, width
    return Constraint.diagonal(mean, error)


def _design(first, matrix):
    if not first.channels:
        alike = (matrix == matrix[0]).all()
        return SharedDesign(matrix[0].copy()) if alike and first.exposure is None else RowDesign(matrix)
    designs, columns, start = [], [], 0
    for bins in first.channels:
        part = matrix[:, start : start + bins]
        acting = np.flatnonzero(np.abs(part).max(axis=(0, 1)) > 0)
        columns.append(acting)
        designs.append(RowDesign(part[:, :, acting].copy()) if start else SharedDesign(part[0][:, acting].copy()))
        start += bins
    return JoinedDesign(tuple(designs), tuple(columns), first.channels, first.yields)
