"""Content hashes: the same content has the same name, on any machine and in any order of keys."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["content_hash", "file_hash"]


def file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_hash(content: Any) -> str:
    """The SHA-256 of a value made of numbers, strings, arrays, mappings, sequences and dataclasses.

    Mappings hash the same in any order of their keys; floats by their exact value.

    Raises:
        TypeError: for anything else, so that no hash depends on a memory address.

    Example:
        >>> content_hash({"a": 1, "b": [2.5]}) == content_hash({"b": [2.5], "a": 1})
        True
    """
    digest = hashlib.sha256()
    digest.update(json.dumps(_plain(content), sort_keys=True, separators=(",", ":")).encode())
    return digest.hexdigest()


def _plain(content: Any) -> Any:
    match content:
        case None | bool() | int() | str():
            return content
        case float():
            return {"float": content.hex()}
        case np.ndarray() if not content.dtype.hasobject:
            data = hashlib.sha256(np.ascontiguousarray(content).tobytes()).hexdigest()
            return {"array": [str(content.dtype), list(content.shape), data]}
        case np.generic():
            return _plain(content.item())
        case dict():
            return {str(key): _plain(value) for key, value in content.items()}
        case list() | tuple():
            return [_plain(value) for value in content]
        case Path():
            return content.as_posix()
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        fields = {field.name: _plain(getattr(content, field.name)) for field in dataclasses.fields(content)}
        return {type(content).__name__: fields}
    raise TypeError(f"no content hash for {type(content).__name__}: {content!r}")
