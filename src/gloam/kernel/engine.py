"""Which engine computes the fits: NumPy, which is always there, or the compiled kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass

from gloam.errors import InputError
from gloam.kernel.library import library

__all__ = ["INSTRUCTION_SETS", "Engine", "chosen_engine", "running_engine"]

ENGINES = ("numpy", "compiled")

INSTRUCTION_SETS = ("baseline", "avx2", "avx512")
"""Those the kernel is compiled for, in the order of their numbers in dispatch.c."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine.

    Attributes:
        name: "numpy" or "compiled".
        variant: number of the instruction set in the library; None for NumPy, which chooses its own.
    """

    name: str
    variant: int | None = None

    @property
    def instruction_set(self) -> str | None:
        """The name of the instruction set, such as AVX-512."""
        built = library()
        return None if self.variant is None or built is None else built.gloam_name(self.variant).decode()


def chosen_engine() -> Engine:
    """The engine that `GLOAM_ENGINE` asks for, by default the compiled one where it was built.

    `GLOAM_INSTRUCTION_SET` (baseline, avx2 or avx512) asks for less than the processor has: for tests, and for the
    same last digits on different machines.

    Raises:
        InputError: if the engine or the instruction set is unknown or not there.
    """
    asked = os.environ.get("GLOAM_ENGINE") or None
    if asked is not None and asked not in ENGINES:
        raise InputError("GLOAM_ENGINE", repr(asked), " or ".join(ENGINES), "correct it or leave it out")
    if asked == "numpy":
        return Engine("numpy")
    built = library()
    if built is None:
        if asked == "compiled":
            raise InputError(
                "engine", "compiled, which was not built", "numpy",
                "leave it out; or install a C compiler and run `make kernel`",
            )  # fmt: skip
        return Engine("numpy")
    return Engine("compiled", _variant(built.gloam_best()))


def _variant(best: int) -> int:
    asked = os.environ.get("GLOAM_INSTRUCTION_SET") or None
    if asked is None:
        return best
    here = INSTRUCTION_SETS[: best + 1]
    if asked not in here:
        raise InputError("GLOAM_INSTRUCTION_SET", repr(asked), ", ".join(here), "correct it or leave it out")
    return here.index(asked)


def running_engine() -> dict[str, str | None]:
    """The engine that runs and its instruction set, as summaries and provenance name them."""
    engine = chosen_engine()
    return {"engine": engine.name, "instruction_set": engine.instruction_set}
