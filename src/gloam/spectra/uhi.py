"""Histograms of other libraries: any UHI histogram in, boost-histogram out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.spectra.axis import Axis
from gloam.spectra.origin import Origin
from gloam.spectra.spectrum import Spectrum, with_flow

if TYPE_CHECKING:
    import boost_histogram as bh
    from uhi.typing.plottable import PlottableHistogram

__all__ = ["from_uhi", "to_boost"]


def from_uhi(
    histogram: PlottableHistogram,
    *,
    name: str | None = None,
    unit: str | None = None,
    origin: Origin | None = None,
    asimov: bool = False,
    asked: str = "read a histogram",
) -> Spectrum:
    """The spectrum of a histogram of hist, boost-histogram, uproot or another UHI library, with its flow.

    Args:
        histogram: of one or two continuous axes, holding counts or sums of weights.
        name: of the first axis; None takes that of the histogram, or "mass".
        unit: of the first axis; None takes that of the histogram, or GeV.
        origin: where the data come from.
        asimov: whether the contents are expectations rather than data.
        asked: what the user asked for; begins the messages.

    Raises:
        InputError: a profile, a categorical, integer or circular axis, more than two axes; contents
            that are NaN, infinite, negative, or scaled without variances.

    Example:
        >>> import boost_histogram as bh
        >>> histogram = bh.Histogram(bh.axis.Regular(2, 0.0, 1.0)).fill([0.1, 0.7, 0.8])
        >>> from_uhi(histogram).values()
        array([1., 2.])
    """
    if histogram.kind != "COUNT":
        remedy = "give a histogram of counts or of sums of weights"
        raise InputError(asked, f"a profile (kind {histogram.kind})", "a histogram of kind COUNT", remedy)
    if len(histogram.axes) not in (1, 2):
        found = f"{len(histogram.axes)} axes"
        raise InputError(asked, found, "one axis or two", "project the others out first")
    first, *others = histogram.axes
    axes = (_axis(first, name, unit, asked), *(_axis(axis, None, None, asked) for axis in others))
    values = _with_flow(histogram, histogram.values, axes)
    sum_w2 = _with_flow(histogram, histogram.variances, axes) if _tracks_variances(histogram) else None
    asimov = asimov or bool(getattr(histogram, "asimov", False))
    return Spectrum(axes, values, sum_w2, origin=origin, asimov=asimov)


def to_boost(spectrum: Spectrum) -> bh.Histogram[Any]:
    """The spectrum as a boost-histogram, with Weight storage if it has variances of its own, else Double.

    Axis names and units are attributes `name` and `unit` of the axes. Hidden bins are empty bins there.

    Example:
        >>> to_boost(Spectrum((Axis([0.0, 1.0, 2.0]),), [0, 5, 7, 2])).values()
        array([5., 7.])
    """
    import boost_histogram as bh

    axes = [bh.axis.Variable(axis.edges, __dict__={"name": axis.name, "unit": axis.unit}) for axis in spectrum.axes]
    histogram: bh.Histogram[Any]
    if spectrum.sum_w2 is None:
        histogram = bh.Histogram(*axes, storage=bh.storage.Double())
        histogram[...] = spectrum.contents
    else:
        histogram = bh.Histogram(*axes, storage=bh.storage.Weight())
        histogram[...] = np.stack([spectrum.contents, spectrum.variances(flow=True)], axis=-1)
    if spectrum.asimov:
        histogram.__dict__["asimov"] = True  # travels as UHI metadata
    return histogram


def _axis(axis: Any, name: str | None, unit: str | None, asked: str) -> Axis:
    traits = axis.traits
    if traits.discrete or traits.circular:
        found = "a categorical or integer axis" if traits.discrete else "a circular axis"
        remedy = "select one category, or rebook it with a regular or variable axis"
        raise InputError(asked, found, "continuous axes that end", remedy)
    own_name, own_unit = getattr(axis, "name", None), getattr(axis, "unit", None)
    unit = next(each for each in (unit, own_unit, "GeV") if each is not None)
    return Axis(_edges(axis, asked), name or own_name or "mass", unit)


def _edges(axis: Any, asked: str) -> FloatArray:
    edges = getattr(axis, "edges", None)  # a property in boost-histogram, a method in uproot
    if edges is not None:
        return np.asarray(edges() if callable(edges) else edges, dtype=np.float64)
    pairs = np.array([axis[i] for i in range(len(axis))], dtype=np.float64).reshape(-1, 2)
    if not np.array_equal(pairs[1:, 0], pairs[:-1, 1]):
        raise InputError(asked, "bins with gaps between them", "bins that touch", "fill the gaps with bins")
    return np.append(pairs[:, 0], pairs[-1:, 1])


def _tracks_variances(histogram: Any) -> bool:
    """Whether the variances were stored; a library without them returns None or the contents."""
    variances = histogram.variances()
    stored = getattr(histogram, "weighted", False)  # uproot
    stored = stored or getattr(getattr(histogram, "storage_type", None), "__name__", "") == "Weight"
    return variances is not None and (stored or not np.array_equal(variances, histogram.values()))


def _with_flow(histogram: Any, method: Callable[..., Any], axes: tuple[Axis, ...]) -> FloatArray:
    """What a method of the histogram returns, with flow bins on both sides of each axis."""
    try:
        array = method(flow=True)
    except TypeError:  # flow is no part of the protocol
        array = method()
    array = np.asarray(array, dtype=np.float64)
    for index, (axis, theirs) in enumerate(zip(axes, histogram.axes, strict=True)):
        if array.shape[index] == len(axis) + 1:  # boost-histogram can leave out one of the two
            sides = (0, 1) if getattr(theirs.traits, "underflow", True) else (1, 0)
            array = np.pad(array, [sides if i == index else (0, 0) for i in range(array.ndim)])
    return with_flow(array, axes)
