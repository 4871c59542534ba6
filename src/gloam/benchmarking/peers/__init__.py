"""The same scans done with other fit programs, one hypothesis at a time: what gloam is measured against."""

from gloam.benchmarking.peers.catalogue import PEERS, Peer, missing_packages, not_installed
from gloam.benchmarking.peers.result import PeerFits, PeerLimits

__all__ = ["PEERS", "Peer", "PeerFits", "PeerLimits", "missing_packages", "not_installed"]
