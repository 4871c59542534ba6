"""The fits of a scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gloam.arrays import FloatArray, IntArray
from gloam.fit import FitStatus
from gloam.scans.joint import JointScan, first_channel
from gloam.scans.setup import Scan
from gloam.spectra import Spectrum

__all__ = ["ScanResult", "signed_significance"]


@dataclass(frozen=True, slots=True, eq=False)
class ScanResult:
    """Two fits for each hypothesis: signal and background, and background alone.

    Values are NaN where no fit was made or none was certified (see `status`).

    Attributes:
        setup: the scan that was made, of one spectrum or of several together.
        n_sig: fitted signal yields, which may be negative, shape (h,).
        n_sig_err: their standard deviations from the curvature of -ln L; shape (h,). Where the expectation
            vanishes in an empty bin (`FitStatus.BOUNDARY`): the distance at which -ln L has risen by 1/2 upwards.
        q0: 2 (nll without signal - nll at the minimum), shape (h,).
        edm: certificate, the larger bound on nll - nll_min of the two fits, shape (h,).
        status: `FitStatus` codes, shape (h,).
        theta: background coefficients and behind them nuisance parameters with the signal free, padded with NaN,
            shape (h, K).
        theta_background: the same without a signal, shape (h, K).
        covariance: of the coefficients and, last, the yield, padded with NaN, shape (h, K + 1, K + 1).
        parameters: number of background coefficients and nuisance parameters, shape (h,).
        window_low, window_high: ends of the windows (of the first channel), shape (h,).
        domain_low, domain_high: range on which the background basis is defined, shape (h,).
    """

    setup: Scan | JointScan
    n_sig: FloatArray
    n_sig_err: FloatArray
    q0: FloatArray
    edm: FloatArray
    status: IntArray
    theta: FloatArray
    theta_background: FloatArray
    covariance: FloatArray
    parameters: IntArray
    window_low: FloatArray
    window_high: FloatArray
    domain_low: FloatArray
    domain_high: FloatArray

    @property
    def scan(self) -> Scan:
        """The scan that was made; of several spectra together that of the first."""
        return first_channel(self.setup)

    @property
    def spectrum(self) -> Spectrum:
        """What was scanned; of several spectra together the first."""
        return self.scan.spectrum

    @property
    def mass(self) -> FloatArray:
        """Particle masses of the hypotheses in GeV, shape (h,)."""
        return self.setup.grid.mass

    @property
    def mass2(self) -> FloatArray:
        """The masses of a second particle: none, NaN, shape (h,)."""
        return np.full(self.mass.shape, np.nan)

    @property
    def position(self) -> FloatArray:
        """Where each hypothesis expects its peak in the observable, shape (h,)."""
        return self.setup.grid.position

    @property
    def z_local(self) -> FloatArray:
        """Signed local significance sign(n_sig) sqrt(q0), shape (h,) (Wilks' theorem)."""
        return signed_significance(self.n_sig, self.q0)

    @property
    def pulls(self) -> tuple[FloatArray, FloatArray]:
        """The fitted nuisance parameters in units of their constraints, and their errors, shapes (h, N)."""
        number = len(self.setup.nuisance_names)
        at = np.maximum(self.parameters[:, None] - number + np.arange(number), 0)
        variances = np.diagonal(self.covariance, axis1=1, axis2=2)
        with np.errstate(invalid="ignore"):
            return np.take_along_axis(self.theta, at, axis=1), np.sqrt(np.take_along_axis(variances, at, axis=1))

    @property
    def n_failed(self) -> int:
        """The number of hypotheses with a fit that is not certified."""
        return int(np.count_nonzero(self.status == FitStatus.NOT_CERTIFIED.value))

    @property
    def n_fits(self) -> int:
        """The number of fits made: two for each hypothesis that is not vetoed."""
        return 2 * int(np.count_nonzero(self.status != FitStatus.VETOED.value))


def signed_significance(n_sig: FloatArray, q0: FloatArray) -> FloatArray:
    """Z = sign(n_sig) sqrt(q0) (Wilks; arXiv:1007.1727 eq. 53, extended to deficits).

    Args:
        n_sig: fitted yields, any shape.
        q0: 2 (nll without signal - nll at the minimum), same shape.

    Example:
        >>> signed_significance(np.array([-3.0, 5.0]), np.array([1.0, 4.0]))
        array([-1.,  2.])
    """
    return np.sign(n_sig) * np.sqrt(np.maximum(q0, 0.0))
