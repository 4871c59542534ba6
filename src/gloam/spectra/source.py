"""Sources as users write them: FILE or FILE:OBJECT, and the provenance of the file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gloam.spectra.origin import Origin

__all__ = ["file_origin", "split_source"]

_SUFFIXES = (".csv", ".json", ".npz", ".parquet", ".root", ".txt")


def split_source(source: str | Path) -> tuple[Path, str | None]:
    """The path and the object name of "FILE" or "FILE:OBJECT"; a colon inside an existing path is fine.

    Example:
        >>> split_source("spectra.root:dimuon/mass")[1]
        'dimuon/mass'
        >>> split_source("events.csv")[1] is None
        True
    """
    text = str(source)
    if isinstance(source, Path) or Path(text).exists():
        return Path(text), None
    colons = [i for i, character in enumerate(text) if character == ":"]
    for i in reversed(colons):
        if Path(text[:i]).is_file():
            return Path(text[:i]), text[i + 1 :] or None
    # no such file: split where the user most likely meant it, so that the message names the file
    for i in reversed(colons):
        if text[:i].lower().endswith(_SUFFIXES):
            return Path(text[:i]), text[i + 1 :] or None
    return Path(text), None


def file_origin(path: Path) -> Origin:
    """The origin of a file of the user: its name and the SHA-256 of its bytes.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "events.csv")
        ...     _ = path.write_bytes(b"M")
        ...     origin = file_origin(path)
        >>> origin.source, origin.sha256[:8]
        ('events.csv', '08f27188')
    """
    with path.open("rb") as file:
        return Origin("user", path.name, hashlib.file_digest(file, "sha256").hexdigest())
