"""The data sets of the Belle II searches."""

from __future__ import annotations

from gloam.experiments.data_set import DataSet
from gloam.sourced import published

__all__ = ["BELLE2_DATA_SETS"]

_ENERGY = published(10.58, 0, "GeV", "energy of the Upsilon(4S) as the papers quote it")

BELLE2_DATA_SETS = {
    "zprime_invisible_2018": DataSet("2018", _ENERGY, published(0.276, 0, "fb^-1", "arXiv:1912.11276")),
    "alp_3gamma": DataSet("2018", _ENERGY, published(0.445, 0.003, "fb^-1", "arXiv:2007.13071")),
    "dark_higgsstrahlung": DataSet("2019", _ENERGY, published(8.34, 0, "fb^-1", "arXiv:2207.00509")),
    "zprime_invisible_2020": DataSet("2019-2020", _ENERGY, published(79.7, 0, "fb^-1", "arXiv:2212.03066")),
    "tautau_resonance": DataSet("2019-2020", _ENERGY, published(62.8, 0, "fb^-1", "arXiv:2306.12294")),
}
"""By the search that used them."""
