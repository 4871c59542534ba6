"""What a peer returns."""

from __future__ import annotations

from dataclasses import dataclass

from gloam.arrays import BoolArray, FloatArray

__all__ = ["PeerFits", "PeerLimits"]


@dataclass(frozen=True, slots=True, eq=False)
class PeerFits:
    """Fits of some hypotheses by a peer.

    Attributes:
        n_sig: fitted signal yields, shape (h',).
        z_local: signed significances, shape (h',).
        valid: whether the peer calls both of its fits converged, shape (h',).
    """

    n_sig: FloatArray
    z_local: FloatArray
    valid: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class PeerLimits:
    """Limits of some hypotheses by a peer.

    Attributes:
        observed: CLs limits on the signal yield, shape (h',).
        expected: their five bands, shape (h', 5).
        valid: whether every fit behind them converged, shape (h',).
    """

    observed: FloatArray
    expected: FloatArray
    valid: BoolArray
