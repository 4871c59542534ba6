"""The width of a known peak beside that of its simulation."""

import numpy as np
import pytest

from gloam.calibration import control_width
from gloam.errors import InputError
from gloam.models import Gaussian, Polynomial
from gloam.searches import load_search
from gloam.spectra import Axis, Spectrum, with_flow
from gloam.workflow.data import own_spectrum

AXIS = Axis(np.linspace(2.9, 3.3, 161), "M", "GeV")


def peak(sigma, seed=None, yield_=4000.0):
    expected = 30 + yield_ * np.diff(Gaussian(sigma).cumulative(AXIS.edges, np.array(3.1)))
    counts = expected if seed is None else np.random.default_rng(seed).poisson(expected).astype(float)
    return Spectrum((AXIS,), with_flow(counts, (AXIS,)), asimov=seed is None)


@pytest.mark.parametrize("sigma", [0.006, 0.0095, 0.01, 0.0105, 0.02])
def test_without_fluctuations_the_factor_is_exact(sigma):
    found = control_width(peak(sigma), Gaussian(0.010), 3.1, Polynomial(1))
    assert found.factor == pytest.approx(sigma / 0.010, rel=3e-3)
    assert found.n_sig == pytest.approx(4000, rel=5e-3)


def test_its_error_is_that_of_toys():
    found = [control_width(peak(0.012, seed), Gaussian(0.010), 3.1, Polynomial(1)) for seed in range(40)]
    pulls = np.array([(each.factor - 1.2) / each.error for each in found])
    assert abs(pulls.mean()) < 4 / np.sqrt(40)
    assert pulls.std() == pytest.approx(1.0, abs=0.3)


def test_real_peaks_have_the_declared_width():
    """The widths of `cms_dimuon` were fitted to the same data (CMS Open Data): the factor is 1 within its error."""
    search = load_search("cms_dimuon")
    channel = next(each for each in search.channels if each.name == "upsilon1s")
    found = control_width(
        own_spectrum(search, channel), channel.signal_shape(), 9.45, channel.background_form(), window=8.0
    )  # fmt: skip
    assert found.z_local > 40
    assert found.factor == pytest.approx(1.0, abs=0.1)
    assert 0.005 < found.error < 0.05


def test_without_a_peak_there_is_no_width():
    with pytest.raises(InputError, match="a peak of at least 3"):
        control_width(peak(0.01, 1, yield_=0.0), Gaussian(0.010), 3.1, Polynomial(1))
