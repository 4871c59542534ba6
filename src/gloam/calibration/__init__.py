"""What a search needs to know beforehand, derived from simulation or control data and written down."""

from gloam.calibration.background_order import OrderChoice, select_order

__all__ = ["OrderChoice", "select_order"]
