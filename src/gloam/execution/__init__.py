"""How work is done: random streams and counts, batches over threads, shards over processes, progress, resuming."""

from gloam.execution.batches import default_threads, map_batches
from gloam.execution.ordered import map_in_order
from gloam.execution.poisson_tables import PoissonTables, poisson_tables
from gloam.execution.pools import Pool, open_workers
from gloam.execution.progress import progress_bar
from gloam.execution.random import random_stream
from gloam.execution.shards import SHARD, Shard, check_shards, clear_shards, run_shards, shards_of

__all__ = [
    "SHARD",
    "PoissonTables",
    "Pool",
    "Shard",
    "check_shards",
    "clear_shards",
    "default_threads",
    "map_batches",
    "map_in_order",
    "open_workers",
    "poisson_tables",
    "progress_bar",
    "random_stream",
    "run_shards",
    "shards_of",
]
