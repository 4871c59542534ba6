"""The searches: each a short declaration over the same engine."""

from gloam.searches.counting import CountedChannel, CountedSpectrum, CountingPreparation, CountingSearch
from gloam.searches.declaration import Channel, Search, sourced_numbers
from gloam.searches.preparation import Observable
from gloam.searches.registry import load_search, search_names

__all__ = [
    "Channel",
    "CountedChannel",
    "CountedSpectrum",
    "CountingPreparation",
    "CountingSearch",
    "Observable",
    "Search",
    "load_search",
    "search_names",
    "sourced_numbers",
]
