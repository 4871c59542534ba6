"""Arrays in the text of a page: one block, compressed, with a directory of what is where."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Directory", "pack"]

Directory: TypeAlias = dict[str, list[Any]]
"""For each array its kind ("f8", "f4", "i4", "i2", "u2", "u1"), its first byte in the block and its length."""

ALIGNMENT = 8


def pack(arrays: Mapping[str, np.ndarray[Any, Any]]) -> tuple[Directory, str]:
    """The directory of some arrays, and the block that holds them: little-endian, gzip, base 64.

    Args:
        arrays: of one dimension, in the kind in which they are to be stored.

    Example:
        >>> pack({"mass": np.array([1.0, 2.0]), "status": np.zeros(3, np.uint8)})[0]
        {'mass': ['f8', 0, 2], 'status': ['u1', 16, 3]}
    """
    directory: Directory = {}
    block = bytearray()
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        directory[name] = [f"{array.dtype.kind}{array.dtype.itemsize}", len(block), array.size]
        block += little.tobytes()
        block += bytes(-len(block) % ALIGNMENT)
    return directory, b64encode(gzip.compress(bytes(block), 6, mtime=0)).decode()
