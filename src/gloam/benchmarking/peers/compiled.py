"""numba, typed: the compiler of the peers' inner loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["compiled"]

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function as machine code; sums may be reordered so that they use vector registers."""
    compiler = numba.njit(fastmath={"contract", "arcp", "reassoc", "nsz"}, error_model="numpy")
    return cast(Function, compiler(function))
