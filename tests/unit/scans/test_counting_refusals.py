"""What counting in windows refuses: windows, backgrounds and scans that do not fit together."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.scans import plane_windows
from gloam.scans.counting import (
    CountingScan,
    KnownBackground,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
    joined_windows,
    shifted_windows,
)
from gloam.scans.windows import windows_between
from gloam.spectra import Axis, Spectrum, with_flow

AXIS = Axis(np.linspace(0.0, 10.0, 101))
TILES = interval_windows(AXIS, [2.0, 4.0, 6.0], 1.0)
PLANE = plane_windows((AXIS, AXIS), [3.0, 5.0], [3.0, 5.0], 1.0, 1.0)


def spectrum(contents=2.0, **more):
    return Spectrum((AXIS,), with_flow(np.full(100, contents), (AXIS,)), **more)


FLAT = spectrum(asimov=True)


WINDOWS = {
    "another shape": (lambda: plane_windows((AXIS, AXIS), [3.0], [3.0], 1, 1, "star"), "shape of the windows"),
    "no shift": (lambda: shifted_windows(TILES, first=False), "a shift in an observable of the windows"),
    "a shift in a second observable": (lambda: shifted_windows(TILES, second=True), "with 1 observables"),
    "one window": (lambda: shifted_windows(interval_windows(AXIS, [5.0], 1.0)), "two or more side by side"),
    "two kinds": (lambda: joined_windows(TILES, PLANE), "different axes or kinds"),
    "other bins": (lambda: TILES.sums(np.ones(99)), "sums over windows"),
    "unequal numbers": (lambda: plane_windows((AXIS, AXIS), [3.0, 5.0], [3.0], 1, 1), "as many in both"),
    "masses of another number": (lambda: interval_windows(AXIS, [2.0], 1.0, [1.0, 2.0]), "mass of the windows"),
    "positions in a table": (lambda: interval_windows(AXIS, [[2.0]], 1.0), "finite numbers in one row"),
    "half-widths of another number": (lambda: interval_windows(AXIS, [2.0], [1.0, 1.0]), "half_width: got shape"),
    "masses that do not follow": (
        lambda: shifted_windows(plane_windows((AXIS, AXIS), [3, 3, 4], [3, 4, 4], 1, 1, mass=[3, 3.5, 4])),
        "several masses at one position",
    ),
    "a window that ends before it begins": (
        lambda: windows_between(AXIS, np.array([3.0]), np.array([2.0])), "LO < HI",
    ),
}  # fmt: skip

SCANS = {
    "a relative error below 0": ({"background_error": -0.1}, "numbers >= 0"),
    "errors of another number": ({"efficiency_error": np.ones(2)}, "one for each window"),
    "another distribution": ({"background_form": "flat"}, "form of an uncertainty"),
    "a veto that is none": ({"vetoes": ((3.0, 2.0),)}, "veto: got 3 to 2"),
    "a veto of a second observable": ({"vetoes2": ((2.0, 3.0),)}, "a spectrum of one"),
    "a known background of nothing": ({"background": lambda: KnownBackground(FLAT, scale=0.0)}, "scale of the known"),
    "simulation of no luminosity": ({"background": lambda: SimulatedBackground(spectrum(), 0.0)}, "a number > 0"),
    "simulated weights alone": (
        {"background": lambda: SimulatedBackground(
            spectrum(sum_w2=with_flow(np.zeros(100), (AXIS,))), 10.0)}, "weights without variances",
    ),
    "known errors of another number": (
        {"background": lambda: KnownBackground(FLAT, relative_error=np.ones(2))}, "a number or one for each window",
    ),
    "a shape of nothing": (
        {"background": lambda: SidebandBackground(2.0, 5.0, shape=spectrum(0.0, asimov=True))}, "a shape above 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), WINDOWS.values(), ids=WINDOWS)
def test_windows_that_cannot_be(make, words):
    with pytest.raises(InputError, match=words):
        make()


@pytest.mark.parametrize(("changes", "words"), SCANS.values(), ids=SCANS)
def test_scans_that_cannot_be(changes, words):
    made = {"background": lambda: KnownBackground(FLAT)} | changes
    with pytest.raises(InputError, match=words):
        count_windows(CountingScan(spectrum(), TILES, made.pop("background")(), **made))
