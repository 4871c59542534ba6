"""belle2_single_photon: a template that floats in the whole spectrum."""

import numpy as np
import pytest

from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.workflow import run, summary
from gloam.workflow.declaring import declare_channel
from gloam.workflow.projection import project_run
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum, signal_in_bins

SEARCH = load_search("belle2_single_photon")
CHANNEL = SEARCH.channels[0]


def test_no_fit_fails_and_the_window_is_the_spectrum():
    found = run(SEARCH, seed=1)
    numbers = summary(found)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    result = found.channels[0].result
    axis = result.spectrum.axis
    assert (result.window_low == axis.low).all()
    assert (result.window_high == axis.high).all()
    assert 3e-4 < np.median(found.channels[0].coupling_limits.expected[:, 2]) < 5e-3


@pytest.mark.parametrize("luminosity", [50_000.0, 5e6])
def test_projections_are_certified_at_every_mass(luminosity):
    """Spectra of 1.3e9 and 1.3e11 events: the limit on the yield grows with the root, and none is left out."""
    few = CHANNEL.model_copy(update={"masses": (2.0, 6.0), "step": "2sigma"})
    made = run(SEARCH.model_copy(update={"channels": (few,)}), seed=1)
    rows = project_run(made, luminosity)["limits"]
    assert len(rows) == made.channels[0].result.mass.size > 5
    gain = [row["n_sig_ul_exp_0"] / now for row, now in zip(rows, made.channels[0].limits.expected[:, 2], strict=True)]
    np.testing.assert_allclose(gain, np.sqrt(luminosity / 20.0), rtol=0.1)
    np.testing.assert_allclose([row["exponent"] for row in rows], -0.5, atol=1e-3)


def test_the_template_describes_itself():
    fits = fit_scan(declare_channel(SEARCH, CHANNEL, expected_spectrum(SEARCH, CHANNEL)))
    assert np.abs(fits.z_local).max() < 1e-3


def test_significances_are_those_of_noise():
    z = [
        fit_scan(declare_channel(SEARCH, CHANNEL, pseudo_spectrum(SEARCH, CHANNEL, seed))).z_local for seed in range(40)
    ]
    assert np.std(z) == pytest.approx(1.0, abs=0.1)


def test_an_injected_signal_is_found():
    signal = Injection(5.0, 4e-3)
    found = fit_scan(declare_channel(SEARCH, CHANNEL, pseudo_spectrum(SEARCH, CHANNEL, 2, signal)))
    row = int(np.argmax(found.z_local))
    assert found.mass[row] == pytest.approx(5.0, abs=0.15)
    assert found.n_sig[row] == pytest.approx(
        signal_in_bins(SEARCH, CHANNEL, signal).sum(), abs=4 * found.n_sig_err[row]
    )
