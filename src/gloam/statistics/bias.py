"""Bias of fitted yields and of their errors, from toys with a known signal put in.

The bootstrap of arXiv:2109.08596: each bin of the data is Poisson-varied, a signal of Poisson(N) events is put in, and
the toy is fitted like the data. With the pull (n_sig - n_true) / n_sig_err, a fit without bias has pulls of mean 0 and
width 1. A data set that has a signal of its own keeps it: there n_true = N + the yield fitted to the data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gloam.arrays import FloatArray, IntArray
from gloam.execution import map_batches
from gloam.fit import is_certified, minimise, yield_errors
from gloam.models import SignalShape
from gloam.scans import Batch, ScanResult, batches
from gloam.statistics.averages import Average, Estimate, weighted_average
from gloam.statistics.drawing import (
    Base,
    ToySource,
    base_in_words,
    check_base,
    check_toys,
    checked_rows,
    injected_yields,
    toy_sources,
)

__all__ = ["ToyYields", "YieldBias", "combined_bias", "corrected_yields", "toy_yields", "yield_bias"]


@dataclass(frozen=True, slots=True, eq=False)
class ToyYields:
    """What the fits to toys of some hypotheses found.

    Attributes:
        rows: the hypotheses in the scan, shape (r,).
        mass: their particle masses in GeV, shape (r,).
        n_injected: mean numbers of signal events put in, shape (r, i).
        n_true: the same and what the data had, shape (r, i).
        n_sig, n_sig_err: fitted yields and their errors, shape (r, i, toys); NaN without a certified fit.
        base: what the toys are variations of, in words.
    """

    rows: IntArray
    mass: FloatArray
    n_injected: FloatArray
    n_true: FloatArray
    n_sig: FloatArray
    n_sig_err: FloatArray
    base: str

    @property
    def toys(self) -> int:
        """The number of toys of each hypothesis and signal."""
        return int(self.n_sig.shape[2])

    @property
    def n_failed(self) -> IntArray:
        """How many of them have no certified fit with an error, shape (r, i)."""
        return np.asarray(np.count_nonzero(np.isnan(self.n_sig), axis=2))

    @property
    def pulls(self) -> FloatArray:
        """(n_sig - n_true) / n_sig_err of every toy, shape (r, i, toys)."""
        return np.asarray((self.n_sig - self.n_true[:, :, None]) / self.n_sig_err)


def toy_yields(
    result: ScanResult,
    rows: npt.ArrayLike,
    injected: npt.ArrayLike,
    base: Base = "data",
    toys: int = 1000,
    seed: int = 0,
    *,
    shape: SignalShape | None = None,
    stream: str = "bias",
    threads: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> ToyYields:
    """The yields fitted to toys with a signal put in.

    Toy k of a hypothesis is the same whatever the number of toys, hypotheses and threads; with several signals its
    background is the same under all of them.

    Args:
        result: the fits to the data.
        rows: hypotheses, shape (r,). One without a certified fit has no toys.
        injected: expected numbers of signal events >= 0, one after the other: shape (i,) for all hypotheses alike, or
            (r, i).
        base: what the toys are variations of.

            - "data": each bin of the data, Poisson-varied. n_true is the injected yield and the fitted one.
            - "background": the background fitted to the data without a signal, with the control measurements of
              nuisance parameters. n_true is the injected yield.
            - a spectrum: this expectation, such as another form of the background. n_true is the injected yield.
            - counts in the bins of the spectrum, shape (toys, n): toys of the data made elsewhere, such as by drawing
              events where one has several entries. n_true as for "data".
        toys: of each hypothesis and signal.
        seed: of the random streams, one for each hypothesis.
        shape: of the signal that is put in; None: that of the fit.
        stream: name of the random streams.
        threads: how many to use; the answer does not depend on it.
        progress: called with the number of hypotheses finished.

    Raises:
        InputError: for yields, bases or numbers of toys that cannot be.

    Example:
        >>> import gloam
        >>> from gloam.spectra import Axis
        >>> counts = [0, 40, 38, 36, 35, 33, 31, 34, 30, 28, 26, 25, 24, 0]
        >>> spectrum = gloam.Spectrum((Axis(np.linspace(1.0, 1.12, 13)),), counts)
        >>> result = gloam.scan(spectrum, gloam.Gaussian(0.008), gloam.Polynomial(1), [1.06], window=10)
        >>> found = yield_bias(toy_yields(result, [0], [20.0], "background", toys=400))
        >>> found.pull.value.round(2), found.pull.error.round(2), found.pull_width.value.round(2)
        (array([[-0.04]]), array([[0.05]]), array([[0.97]]))
    """
    rows = checked_rows(result, rows)
    yields = injected_yields(injected, rows.size)
    check_toys(toys)
    check_base(result, base, toys)
    n_true = np.full(yields.shape, np.nan)
    n_sig, n_sig_err = np.full((2, *yields.shape, toys), np.nan)
    place = {int(row): at for at, row in enumerate(rows)}

    def work(batch: Batch) -> None:
        for source in toy_sources(result, batch, base, shape):
            at = place[source.row]
            n_true[at] = yields[at] + source.fitted
            for which, expected in enumerate(yields[at]):
                n_sig[at, which], n_sig_err[at, which] = _fitted(source, float(expected), toys, seed, stream)
            if progress is not None:
                progress(1)

    usable = rows[is_certified(result.status[rows])]
    map_batches(work, batches(result.setup, usable), threads)
    return ToyYields(rows, result.mass[rows], yields, n_true, n_sig, n_sig_err, base_in_words(base))


def _fitted(source: ToySource, injected: float, toys: int, seed: int, stream: str) -> tuple[FloatArray, FloatArray]:
    """The yields and errors of the toys of one hypothesis and signal, shapes (toys,)."""
    found = []
    for drawn in source.draws(injected, toys, seed, stream):
        theta = source.background.theta[np.zeros(drawn.size, int)]
        free = minimise(drawn, theta, np.full(drawn.size, injected))
        _, error = yield_errors(drawn, free)
        good = is_certified(free.status) & (error > 0)
        found.append(np.where(good, [free.s, error], np.nan))
    n_sig, n_sig_err = np.concatenate(found, axis=1)
    return n_sig, n_sig_err


@dataclass(frozen=True, slots=True, eq=False)
class YieldBias:
    """Biases of each hypothesis and injected yield; all shapes (r, i), errors from the number of toys.

    Attributes:
        n_sig: the mean fitted yield.
        pull: mean of the pulls.
        pull_width: their standard deviation.
        bias: of the yield, relative: mean of n_sig over n_true, minus 1. NaN for n_true = 0.
        err_bias: of the error, relative: mean of n_sig_err over the standard deviation of n_sig, minus 1.
    """

    n_sig: Estimate
    pull: Estimate
    pull_width: Estimate
    bias: Estimate
    err_bias: Estimate


def yield_bias(found: ToyYields) -> YieldBias:
    """The biases of the yields of toys; example in `toy_yields`."""
    n_sig, pull = Estimate.mean(found.n_sig), Estimate.mean(found.pulls)
    with np.errstate(all="ignore"):
        bias = Estimate(n_sig.value / found.n_true - 1, np.abs(n_sig.error / found.n_true))
    return YieldBias(
        n_sig=n_sig,
        pull=pull,
        pull_width=Estimate.spread(found.pulls),
        bias=Estimate(*(np.where(found.n_true == 0, np.nan, x) for x in (bias.value, bias.error))),
        err_bias=Estimate.mean_over_spread(found.n_sig_err, found.n_sig).shifted(-1.0),
    )


def combined_bias(found: YieldBias) -> dict[str, tuple[Average, ...]]:
    """The averages over all hypotheses, by name, one for each injected yield.

    They are weighted with the inverse variances; chi^2 tells whether one number describes all hypotheses. For the bias
    of the yield this is the slope of n_sig - n_true against n_true.
    """
    names = ("pull", "pull_width", "bias", "err_bias")
    estimates = {name: getattr(found, name) for name in names}
    return {
        name: tuple(weighted_average(v, e) for v, e in zip(each.value.T, each.error.T, strict=True))
        for name, each in estimates.items()
    }


def corrected_yields(
    n_sig: npt.ArrayLike, n_sig_err: npt.ArrayLike, bias: npt.ArrayLike, err_bias: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Yields and errors corrected for their relative biases, N (1 - bias) and error (1 - err_bias), as published.

    Args:
        n_sig: fitted yields, any shape.
        n_sig_err: their errors.
        bias: relative bias of the yields.
        err_bias: relative bias of the errors.

    Example:
        The biases of 3 % and 4 % of arXiv:2109.08596:

        >>> corrected_yields(100.0, 10.0, 0.03, 0.04)
        (array(97.), array(9.6))
    """
    factor, err_factor = (1 - np.asarray(each, float) for each in (bias, err_bias))
    return np.asarray(n_sig * factor), np.asarray(n_sig_err * err_factor)
