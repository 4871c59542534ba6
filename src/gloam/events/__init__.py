"""Events as columns of numbers: reading them from CSV, npz, ROOT and Parquet files."""

from gloam.events.reading import column_names, read_columns

__all__ = ["column_names", "read_columns"]
