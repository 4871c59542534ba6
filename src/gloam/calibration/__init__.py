"""What a search needs to know beforehand, derived from simulation or control data and written down."""

from gloam.calibration.background_order import OrderChoice, select_order
from gloam.calibration.orders_by_region import OrdersByRegion, OrderTrial, select_orders
from gloam.calibration.spurious_signal import (
    SpuriousSignal,
    expected_spectrum,
    measure_spurious_signal,
    read_spurious_signal,
    spurious_yield,
    write_spurious_signal,
)
from gloam.calibration.streaming import SimulatedSpectrum, simulated_spectrum, visible_cross_section

__all__ = [
    "OrderChoice",
    "OrderTrial",
    "OrdersByRegion",
    "SimulatedSpectrum",
    "SpuriousSignal",
    "expected_spectrum",
    "measure_spurious_signal",
    "read_spurious_signal",
    "select_order",
    "select_orders",
    "simulated_spectrum",
    "spurious_yield",
    "visible_cross_section",
    "write_spurious_signal",
]
