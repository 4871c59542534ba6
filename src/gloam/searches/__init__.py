"""The searches: each a short declaration over the same engine."""

from gloam.searches.counting import CountedChannel, CountedSpectrum, CountingPreparation, CountingSearch
from gloam.searches.declaration import Channel, Search, sourced_numbers
from gloam.searches.on_off import OnOffChannel, OnOffSearch
from gloam.searches.preparation import Observable
from gloam.searches.registry import AnySearch, load_search, search_names

__all__ = [
    "AnySearch",
    "Channel",
    "CountedChannel",
    "CountedSpectrum",
    "CountingPreparation",
    "CountingSearch",
    "Observable",
    "OnOffChannel",
    "OnOffSearch",
    "Search",
    "load_search",
    "search_names",
    "sourced_numbers",
]
