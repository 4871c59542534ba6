"""What a search needs to know beforehand, derived from simulation or control data and written down."""

from gloam.calibration.background_order import OrderChoice, select_order
from gloam.calibration.orders_by_region import OrdersByRegion, OrderTrial, select_orders
from gloam.calibration.peaks import PeakFit, Tail, fit_crystal_ball
from gloam.calibration.prepared import PreparedScan
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
from gloam.calibration.templates import LEAST_EFFECTIVE, BackgroundTemplate, WeightedCounts

__all__ = [
    "LEAST_EFFECTIVE",
    "BackgroundTemplate",
    "OrderChoice",
    "OrderTrial",
    "OrdersByRegion",
    "PeakFit",
    "PreparedScan",
    "SimulatedPiece",
    "SimulatedSpectrum",
    "SpuriousSignal",
    "Tail",
    "WeightedCounts",
    "expected_spectrum",
    "fit_crystal_ball",
    "measure_spurious_signal",
    "read_spurious_signal",
    "select_order",
    "select_orders",
    "simulated_pieces",
    "simulated_spectrum",
    "smoothed",
    "spurious_yield",
    "visible_cross_section",
    "write_spurious_signal",
]
