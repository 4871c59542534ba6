"""Kinematics of four-vectors: arrays whose last axis is (E, px, py, pz), in GeV."""

from gloam.kinematics.angles import (
    azimuth,
    cosine_of_opening,
    direction,
    helicity_cosine,
    opening_angle,
    polar_angle,
)
from gloam.kinematics.b_mesons import beam_constrained_mass, energy_difference, missing_energy
from gloam.kinematics.beams import CrossingBeams
from gloam.kinematics.boosts import boost, boost_from_rest_frame, boost_to_rest_frame, velocity
from gloam.kinematics.combinations import index_pairs, opposite_sign_pairs, pair_masses, partitions_into_pairs
from gloam.kinematics.event_shapes import (
    Sphericity,
    Thrust,
    cosine_between_axes,
    fox_wolfram_moments,
    sphericity,
    thrust,
)
from gloam.kinematics.four_vectors import (
    four_vector,
    mass,
    mass_squared,
    minkowski_product,
    momentum,
    momentum_squared,
    transverse_momentum,
)
from gloam.kinematics.kinematic_fit import KinematicFit, kinematic_fit
from gloam.kinematics.mass_scales import MassScale, mass_at, position_of
from gloam.kinematics.recoil import (
    invariant_mass,
    missing_momentum,
    recoil_mass,
    recoil_mass_squared,
    reduced_mass,
)
from gloam.kinematics.super_fox_wolfram import RestOfEvent, modified_fox_wolfram
from gloam.kinematics.two_body import kallen, two_body_energy, two_body_momentum

__all__ = [
    "CrossingBeams",
    "KinematicFit",
    "MassScale",
    "RestOfEvent",
    "Sphericity",
    "Thrust",
    "azimuth",
    "beam_constrained_mass",
    "boost",
    "boost_from_rest_frame",
    "boost_to_rest_frame",
    "cosine_between_axes",
    "cosine_of_opening",
    "direction",
    "energy_difference",
    "four_vector",
    "fox_wolfram_moments",
    "helicity_cosine",
    "index_pairs",
    "invariant_mass",
    "kallen",
    "kinematic_fit",
    "mass",
    "mass_at",
    "mass_squared",
    "minkowski_product",
    "missing_energy",
    "missing_momentum",
    "modified_fox_wolfram",
    "momentum",
    "momentum_squared",
    "opening_angle",
    "opposite_sign_pairs",
    "pair_masses",
    "partitions_into_pairs",
    "polar_angle",
    "position_of",
    "recoil_mass",
    "recoil_mass_squared",
    "reduced_mass",
    "sphericity",
    "thrust",
    "transverse_momentum",
    "two_body_energy",
    "two_body_momentum",
    "velocity",
]
