"""How work is done: random streams, batches over threads, progress, interruption."""

from gloam.execution.batches import default_threads, map_batches
from gloam.execution.ordered import map_in_order
from gloam.execution.progress import progress_bar
from gloam.execution.random import random_stream

__all__ = ["default_threads", "map_batches", "map_in_order", "progress_bar", "random_stream"]
