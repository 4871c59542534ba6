"""Results in the formats of others: HistFactory models (pyhf, HS3), HEPData tables, AxionLimits text."""

from gloam.export.axionlimits import FOLDERS, axionlimits_text
from gloam.export.hepdata import Column, SubmissionTable, write_submission
from gloam.export.histfactory import HistfactoryModel, Sample, Systematic, histfactory_model
from gloam.export.hs3 import hs3_document
from gloam.export.pyhf_workspace import pyhf_workspace

__all__ = [
    "FOLDERS",
    "Column",
    "HistfactoryModel",
    "Sample",
    "SubmissionTable",
    "Systematic",
    "axionlimits_text",
    "histfactory_model",
    "hs3_document",
    "pyhf_workspace",
    "write_submission",
]
