"""Artefacts by content hash, the cache directory, atomic writes, provenance."""

from gloam.store.artefacts import Artefacts, cache_directory
from gloam.store.hashing import content_hash, file_hash
from gloam.store.provenance import provenance
from gloam.store.writing import SCHEMA_VERSION, write_arrays, write_atomically, write_json, write_table

__all__ = [
    "SCHEMA_VERSION",
    "Artefacts",
    "cache_directory",
    "content_hash",
    "file_hash",
    "provenance",
    "write_arrays",
    "write_atomically",
    "write_json",
    "write_table",
]
