"""Signal shapes in two observables, such as squared recoil mass and polar angle, integrated over rectangular bins."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.models.parameter import Parameter, evaluate
from gloam.models.signal import SignalShape, expected_fractions, positive_width

__all__ = ["Product", "SignalShape2D", "Template2D", "expected_fractions_2d"]

STEP = 0.5  # of the coarsest steps along x, in units of the resolution, where the two observables are correlated
HALVINGS = 4  # of these steps; 1e-10 of a Gaussian is then left after extrapolation
MOST_STEPS = 512  # in a bin before halving: only bins wider than 256 standard deviations lose accuracy


@runtime_checkable
class SignalShape2D(Protocol):
    """The density of a signal in two observables; its integral over the plane is 1."""

    def fractions(self, edges_x: FloatArray, edges_y: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal in each rectangular bin.

        Args:
            edges_x: edges of each hypothesis on the first axis, shape (h, mx + 1).
            edges_y: edges on the second axis, shape (h, my + 1).
            position: of each hypothesis on either axis, shape (h, 2).

        Returns:
            Shape (h, mx, my).
        """
        ...


def expected_fractions_2d(
    shape: SignalShape2D, edges_x: FloatArray, edges_y: FloatArray, position: FloatArray
) -> FloatArray:
    """The fraction of the signal in each rectangular bin, the bins in one row with y running fastest.

    Args:
        shape: the signal.
        edges_x: edges on the first axis, shape (h, mx + 1), or (mx + 1,) if they are the same for all.
        edges_y: edges on the second axis, likewise.
        position: of each hypothesis on either axis, shape (h, 2). The second column is what the shape in y takes
            as its position: a second mass, or the mass again where it is an angle.

    Returns:
        Shape (h, mx * my).

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> plane = Product(Gaussian(0.1), Gaussian(0.2))
        >>> edges = np.array([0.8, 1.0, 1.2])
        >>> expected_fractions_2d(plane, edges, edges, np.array([[1.0, 1.0]])).round(4)
        array([[0.1629, 0.1629, 0.1629, 0.1629]])
    """
    position = np.asarray(position, float)
    if position.ndim != 2 or position.shape[1] != 2:
        raise InputError(
            "positions of hypotheses in two observables", f"shape {position.shape}", "shape (h, 2)", "give x and y"
        )
    edges = [np.broadcast_to(e, (len(position), np.shape(e)[-1])).astype(float) for e in (edges_x, edges_y)]
    return np.maximum(shape.fractions(edges[0], edges[1], position), 0.0).reshape(len(position), -1)


@dataclass(frozen=True, slots=True)
class Product:
    """Two shapes side by side, independent or with a mean in y that moves linearly with x.

    Attributes:
        x: shape on the first axis.
        y: shape on the second axis, at x equal to its position.
        slope: how far the shape in y moves for each unit of x - position; a number, a `Table` or a function of the
            position in x. For two Gaussians of correlation r it is r s_y / s_x, where s_y is the
            width in y of all events.

    Example:
        >>> from gloam.models.gaussian import Gaussian
        >>> plane = Product(Gaussian(1.0), Gaussian(1.0), slope=1.0)
        >>> edges, at = np.array([[0.0, 50.0]]), np.zeros((1, 2))
        >>> plane.fractions(edges, edges, at).round(6)  # a quadrant of two variables with correlation 0.7071
        array([[[0.375]]])
    """

    x: SignalShape
    y: SignalShape
    slope: Parameter = 0.0

    def fractions(self, edges_x: FloatArray, edges_y: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal in each bin, shape (h, mx, my)."""
        at_x, at_y = position[:, 0], position[:, 1]
        slope = evaluate(self.slope, at_x, "slope of the mean in y with x")
        if not slope.any():
            along_x, along_y = expected_fractions(self.x, edges_x, at_x), expected_fractions(self.y, edges_y, at_y)
            return np.asarray(along_x[:, :, None] * along_y[:, None, :])
        return self._correlated(edges_x, edges_y, position, slope)

    def _correlated(
        self, edges_x: FloatArray, edges_y: FloatArray, position: FloatArray, slope: FloatArray
    ) -> FloatArray:
        steps = np.minimum(self.x.resolution(position[:, 0]), self.y.resolution(position[:, 1]) / np.abs(slope))
        rows = zip(edges_x, edges_y, position, slope, STEP * steps, strict=True)
        return np.stack([self._one(*row) for row in rows])

    def _one(self, edges_x: FloatArray, edges_y: FloatArray, at: FloatArray, slope: float, step: float) -> FloatArray:
        r"""The Stieltjes integrals $\int G(y | x)\,dF(x)$ of one hypothesis, by the trapezoidal rule and Richardson.

        The distribution functions enter as they are, so that no density is needed.
        """
        parts = 2**HALVINGS * min(max(1, int(np.ceil(np.diff(edges_x).max() / step))), MOST_STEPS)
        x = edges_x[:-1, None] + np.diff(edges_x)[:, None] * np.linspace(0.0, 1.0, parts + 1)
        f = self.x.cumulative(x, at[:1])
        moved = edges_y - slope * (x - at[0])[:, :, None]
        g = np.diff(self.y.cumulative(moved, at[1:]), axis=-1)
        sums = []
        for stride in 2 ** np.arange(HALVINGS, -1, -1):
            coarse = g[:, ::stride]
            sums.append(0.5 * np.einsum("ip,ipy->iy", np.diff(f[:, ::stride], axis=1), coarse[:, 1:] + coarse[:, :-1]))
        for order in range(1, HALVINGS + 1):
            sums = [fine + (fine - rough) / (4.0**order - 1) for rough, fine in pairwise(sums)]
        return np.asarray(sums[0])


@dataclass(frozen=True, slots=True, eq=False)
class Template2D:
    """A histogram in the plane, moved and scaled along either axis with the resolution there.

    Inside a bin the density is uniform. What lies outside the edges is not part of the shape.

    Attributes:
        position: at which it is given, on either axis.
        edges_x: increasing, shape (nx + 1,).
        edges_y: increasing, shape (ny + 1,).
        contents: of the bins, >= 0, shape (nx, ny).
        width_x: of the resolution on the first axis; None: nothing moves or scales there, as for a polar angle.
        width_y: likewise on the second axis.

    Example:
        >>> plane = Template2D(
        ...     (1.0, 0.0), np.array([0.9, 1.1]), np.array([-1.0, 0.0, 1.0]), np.array([[1.0, 3.0]]), 0.1
        ... )
        >>> expected_fractions_2d(plane, np.array([1.9, 2.0]), np.array([-1.0, 0.0, 0.5]), np.array([[2.0, 0.0]]))
        array([[0.125 , 0.1875]])
    """

    position: tuple[float, float]
    edges_x: FloatArray
    edges_y: FloatArray
    contents: FloatArray
    width_x: Parameter | None = None
    width_y: Parameter | None = None

    def __post_init__(self) -> None:
        contents = np.array(self.contents, float)
        for name in ("edges_x", "edges_y"):
            edges = np.array(getattr(self, name), float)
            if edges.ndim != 1 or edges.size < 2 or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
                raise InputError(
                    f"{name} of a signal histogram", edges.tolist(), "two or more, increasing", "sort them"
                )
            object.__setattr__(self, name, edges)
        shape = (self.edges_x.size - 1, self.edges_y.size - 1)
        if contents.shape != shape:
            raise InputError(
                "contents of a signal histogram", f"shape {contents.shape}", f"{shape}", "one for each bin"
            )
        if not (np.isfinite(contents).all() and contents.min() >= 0 and contents.sum() > 0):
            raise InputError(
                "contents of a signal histogram", f"{contents.min():g} to {contents.max():g}",
                "finite contents >= 0, not all of them 0", "merge bins until none is negative",
            )  # fmt: skip
        object.__setattr__(self, "contents", contents / contents.sum())

    def fractions(self, edges_x: FloatArray, edges_y: FloatArray, position: FloatArray) -> FloatArray:
        """The fraction of the signal in each bin, shape (h, mx, my)."""
        x = _at_home(edges_x, position[:, 0], self.position[0], self.width_x)
        y = _at_home(edges_y, position[:, 1], self.position[1], self.width_y)
        # a uniform density in the old bins: the share of each old bin in each new one, along either axis
        return np.asarray(_shares(x, self.edges_x) @ self.contents @ np.swapaxes(_shares(y, self.edges_y), 1, 2))


def _at_home(edges: FloatArray, position: FloatArray, home: float, width: Parameter | None) -> FloatArray:
    """Edges, shape (h, m + 1), moved and scaled to where the histogram is given."""
    if width is None:
        return edges
    scale = positive_width(width, np.array(home)) / positive_width(width, position)
    return np.asarray(home + (edges - position[:, None]) * scale[:, None])


def _shares(new: FloatArray, old: FloatArray) -> FloatArray:
    """The part of each old bin that lies in each new one, shape (h, new bins, old bins)."""
    below = np.clip((new[:, :, None] - old[:-1]) / np.diff(old), 0.0, 1.0)
    return np.diff(below, axis=1)
