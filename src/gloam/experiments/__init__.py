"""Beams, data sets and their luminosities."""

from gloam.experiments.belle import BELLE_UPSILON, BELLE_UPSILON_4S
from gloam.experiments.belle2 import BELLE2_DATA_SETS
from gloam.experiments.collider import KEKB, SUPERKEKB, Collider
from gloam.experiments.data_set import DataSet

__all__ = ["BELLE2_DATA_SETS", "BELLE_UPSILON", "BELLE_UPSILON_4S", "KEKB", "SUPERKEKB", "Collider", "DataSet"]
