"""What models predict: widths, branching fractions, cross sections, radiation, indirect constraints.

One module per model, `gloam.theory.zprime` and so on, each with a function `predict`; the modules are imported when
they are named.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gloam.theory.models import MODELS, decay_fraction, predict, production
    from gloam.theory.prediction import Prediction, Production

__all__ = ["MODELS", "Prediction", "Production", "decay_fraction", "predict", "production"]

_HOME = {
    "MODELS": "models",
    "Prediction": "prediction",
    "Production": "prediction",
    "decay_fraction": "models",
    "predict": "models",
    "production": "models",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"gloam.theory.{_HOME[name]}"), name)
    return _module(name)


def _module(name: str) -> ModuleType:
    home = f"gloam.theory.{name}"
    try:
        return import_module(home)
    except ModuleNotFoundError as fault:
        if fault.name != home:
            raise
        raise AttributeError(f"module 'gloam.theory' has no attribute {name!r}") from None
