"""The shared library, where it was built and this machine can load it."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from importlib import resources

import numpy as np

from gloam.arrays import FloatArray

__all__ = ["INTERFACE", "built", "library", "readable"]

INTERFACE = 3
"""Of the functions in fits.h that this package calls: a library left over from another version is not used."""


@cache
def library() -> ctypes.CDLL | None:
    """The library, or None where there is none: gloam was installed without a compiler, or for another machine."""
    try:
        if chosen := os.environ.get("GLOAM_KERNEL"):  # another build of it, as with sanitizers
            found = ctypes.CDLL(chosen)
        else:
            with resources.as_file(resources.files("gloam.kernel") / "liblanes.so") as path:
                found = ctypes.CDLL(str(path))
        if found.gloam_interface() != INTERFACE:
            return None
    except (OSError, AttributeError):
        return None
    found.gloam_name.restype = ctypes.c_char_p
    found.gloam_tabulated.restype = found.gloam_windows.restype = ctypes.c_int64
    return found


def built() -> ctypes.CDLL:
    """The library, which has to be there."""
    found = library()
    if found is None:
        raise ValueError("the kernel was not built")
    return found


def readable(array: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """The array as the library reads it.

    Raises:
        ValueError: if it has another shape.
    """
    if array.shape != shape:
        raise ValueError(f"an array of shape {array.shape} where {shape} is read")
    return np.ascontiguousarray(array, np.float64)
