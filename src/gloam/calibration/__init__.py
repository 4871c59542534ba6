"""What a search needs to know beforehand, derived from simulation or control data and written down."""

from gloam.calibration.background_order import OrderChoice, select_order
from gloam.calibration.control_region import ControlFactor, combined_factor, control_factor
from gloam.calibration.control_width import ControlWidth, control_width
from gloam.calibration.decay_counts import DecayCounts
from gloam.calibration.derived_scans import DerivedScan, broad_scan, unrolled_scan
from gloam.calibration.orders_by_region import OrdersByRegion, OrderTrial, select_orders
from gloam.calibration.peaks import PeakFit, Tail, ThreeGaussians, fit_crystal_ball, fit_three_gaussians
from gloam.calibration.prepared import PreparedScan
from gloam.calibration.prepared_counts import PreparedCounts, at_points
from gloam.calibration.smoothing import smoothed
from gloam.calibration.spurious_signal import (
    SpuriousSignal,
    expected_spectrum,
    measure_spurious_signal,
    read_spurious_signal,
    spurious_yield,
    write_spurious_signal,
)
from gloam.calibration.streaming import (
    SimulatedPiece,
    SimulatedSpectrum,
    simulated_pieces,
    simulated_spectrum,
    visible_cross_section,
)
from gloam.calibration.tagged_mesons import TagModel, lambda_and_false_tag, lambda_and_nothing
from gloam.calibration.templates import LEAST_EFFECTIVE, BackgroundTemplate, WeightedCounts
from gloam.calibration.tuned_line import LineGrid, LineParameters, LineSample, tune_line

__all__ = [
    "LEAST_EFFECTIVE",
    "BackgroundTemplate",
    "ControlFactor",
    "ControlWidth",
    "DecayCounts",
    "DerivedScan",
    "LineGrid",
    "LineParameters",
    "LineSample",
    "OrderChoice",
    "OrderTrial",
    "OrdersByRegion",
    "PeakFit",
    "PreparedCounts",
    "PreparedScan",
    "SimulatedPiece",
    "SimulatedSpectrum",
    "SpuriousSignal",
    "TagModel",
    "Tail",
    "ThreeGaussians",
    "WeightedCounts",
    "at_points",
    "broad_scan",
    "combined_factor",
    "control_factor",
    "control_width",
    "expected_spectrum",
    "fit_crystal_ball",
    "fit_three_gaussians",
    "lambda_and_false_tag",
    "lambda_and_nothing",
    "measure_spurious_signal",
    "read_spurious_signal",
    "select_order",
    "select_orders",
    "simulated_pieces",
    "simulated_spectrum",
    "smoothed",
    "spurious_yield",
    "tune_line",
    "unrolled_scan",
    "visible_cross_section",
    "write_spurious_signal",
]
