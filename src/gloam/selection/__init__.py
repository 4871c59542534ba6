"""Selection of events: all candidates as entries, named cuts in the order of a paper, and the cut flow."""

from gloam.selection.candidates import Candidates, choose, observe, order_by_energy
from gloam.selection.cut_flow import Count, CutFlow, cut_flow_dict, cut_flow_table, efficiency
from gloam.selection.cuts import Cut, above, below, between, outside, passes
from gloam.selection.entries import Entries, best_of_each_event
from gloam.selection.equal_pairs import three_pairs, two_pairs_and_missing
from gloam.selection.fisher import FisherDiscriminant, WorkingPoint, train_fisher, working_point
from gloam.selection.four_muons import four_muons, reduced_masses
from gloam.selection.lepton_pair_recoil import lepton_pair_recoil
from gloam.selection.muon_pair_photon import muon_pair_photon
from gloam.selection.muons_and_two_tracks import TAU_PAIR_INPUTS, muons_and_two_tracks
from gloam.selection.selecting import select
from gloam.selection.single_photon import single_photon
from gloam.selection.three_photons import three_photons

__all__ = [
    "TAU_PAIR_INPUTS",
    "Candidates",
    "Count",
    "Cut",
    "CutFlow",
    "Entries",
    "FisherDiscriminant",
    "WorkingPoint",
    "above",
    "below",
    "best_of_each_event",
    "between",
    "choose",
    "cut_flow_dict",
    "cut_flow_table",
    "efficiency",
    "four_muons",
    "lepton_pair_recoil",
    "muon_pair_photon",
    "muons_and_two_tracks",
    "observe",
    "order_by_energy",
    "outside",
    "passes",
    "reduced_masses",
    "select",
    "single_photon",
    "three_pairs",
    "three_photons",
    "train_fisher",
    "two_pairs_and_missing",
    "working_point",
]
