"""Which data must not be looked at yet: the registry of blinded content, and what of it may be seen."""

from gloam.blinding.fingerprint import column_mark, has_rows, histogram_mark, is_same_column
from gloam.blinding.looking import Found, find_records, masked_reading, require_open, visible_part
from gloam.blinding.record import BlindRecord, Opening, hidden_in_words
from gloam.blinding.registry import known_records, register, registries, update

__all__ = [
    "BlindRecord",
    "Found",
    "Opening",
    "column_mark",
    "find_records",
    "has_rows",
    "hidden_in_words",
    "histogram_mark",
    "is_same_column",
    "known_records",
    "masked_reading",
    "register",
    "registries",
    "require_open",
    "update",
    "visible_part",
]
