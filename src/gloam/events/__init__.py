"""Events: the value that generation and detector share, and columns of numbers read from and written to files."""

from gloam.events.batch import EventBatch
from gloam.events.jagged import JaggedEvents
from gloam.events.lhe import LheSample, read_lhe
from gloam.events.lhe_writing import write_lhe
from gloam.events.particles import Particle
from gloam.events.reading import column_names, read_columns
from gloam.events.writing import FORMATS, require_writable, write_columns

__all__ = [
    "FORMATS",
    "EventBatch",
    "JaggedEvents",
    "LheSample",
    "Particle",
    "column_names",
    "read_columns",
    "read_lhe",
    "require_writable",
    "write_columns",
    "write_lhe",
]
