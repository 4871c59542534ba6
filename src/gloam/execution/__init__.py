"""How work is done: random streams, batches over threads, progress, interruption."""

from gloam.execution.batches import default_threads, map_batches
from gloam.execution.poisson_tables import PoissonTables, poisson_tables
from gloam.execution.progress import progress_bar
from gloam.execution.random import random_stream

__all__ = ["PoissonTables", "default_threads", "map_batches", "poisson_tables", "progress_bar", "random_stream"]
