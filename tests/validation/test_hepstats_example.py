"""The shape example of hepstats' own tests: a Gaussian on an exponential with a floating slope, extended and unbinned.

Its answers for npeak = 25 (N = 271): n_sig 19.4879, slope -1.93305, q0 10.061263, Z 3.171949. A binned fit differs from
them by the square of the bin width.
"""

import numpy as np
import pytest

import gloam
from gloam.models import Exponential
from gloam.spectra import fill, uniform_axis

N_SIG, SLOPE, Q0, Z = 19.4879, -1.93305, 10.061263, 3.171949


@pytest.fixture(scope="module")
def sample():
    random = np.random.RandomState(0)
    x = np.concatenate([random.exponential(0.5, 300), random.normal(1.2, 0.1, 25)])
    return x[(x > 0.1) & (x < 3.0)]


def fitted(sample, bins):
    spectrum = fill(sample, uniform_axis(0.1, 3.0, bins=bins))
    return gloam.scan(spectrum, gloam.Gaussian(0.1), Exponential(), [1.2], window=100)


def test_the_sample_is_that_of_the_example(sample):
    assert sample.size == 271


def test_fine_bins_give_the_unbinned_answer(sample):
    result = fitted(sample, 5000)
    assert result.n_sig[0] == pytest.approx(N_SIG, abs=5e-3)
    assert result.q0[0] == pytest.approx(Q0, abs=2e-3)
    assert result.z_local[0] == pytest.approx(Z, abs=3e-4)
    assert result.pulls[0][0, 0] == pytest.approx(SLOPE, abs=3e-4)


def test_coarser_bins_lose_more(sample):
    coarse, fine = (abs(fitted(sample, bins).q0[0] - Q0) for bins in (100, 1000))
    assert fine < 0.05
    assert fine < coarse
