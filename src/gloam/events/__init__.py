"""Events as columns of numbers: reading CSV, npz, ROOT and Parquet files, writing the latter three."""

from gloam.events.reading import column_names, read_columns
from gloam.events.writing import FORMATS, require_writable, write_columns

__all__ = ["FORMATS", "column_names", "read_columns", "require_writable", "write_columns"]
