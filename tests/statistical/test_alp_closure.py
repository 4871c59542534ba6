"""belle2_alp_3gamma: signals put into its pseudo-data are found where they are, as large as they went in."""

import numpy as np
import pytest
from scipy.stats import kstest

from gloam.fit import is_certified
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.workflow import run, summary
from gloam.workflow.coupling import model_coupling
from gloam.workflow.declaring import channel_factors, declare_channel
from gloam.workflow.pseudo_data import Injection, expected_spectrum, pseudo_spectrum, signal_in_bins

pytestmark = pytest.mark.statistical

INJECTIONS = 100
Z = 7.0


@pytest.fixture(scope="module")
def search():
    """The search without nuisance parameters: a yield has only the fluctuations of counts."""
    declared = load_search("belle2_alp_3gamma")
    channels = tuple(channel.model_copy(update={"systematics": ()}) for channel in declared.channels)
    return declared.model_copy(update={"systematics": (), "channels": channels})


@pytest.fixture(scope="module")
def pseudo_run():
    """The whole search on pseudo-data without a signal."""
    return run("belle2_alp_3gamma", seed=2)


@pytest.fixture(scope="module")
def found(search):
    """For each injection: the channel's fits, the row of the injected mass, and the yield that was injected."""
    outcomes = []
    per_channel = INJECTIONS // len(search.channels)
    for channel in search.channels:
        without = fit_scan(declare_channel(search, channel, expected_spectrum(search, channel)))
        rows = np.linspace(1, without.mass.size - 2, per_channel).astype(int)
        for seed, row in enumerate(rows.tolist(), 1):
            mass = without.mass[row : row + 1]
            events = _events_for(search, channel, float(mass[0]), without)
            at_one = model_coupling("alp-photon").at_one(mass) * channel_factors(search, channel).events_per_fb(mass)
            signal = Injection(float(mass[0]), float(np.sqrt(events / at_one[0])))
            fits = fit_scan(declare_channel(search, channel, pseudo_spectrum(search, channel, seed, signal)))
            outcomes.append((channel.name, fits, row, events, float(without.n_sig[row])))
    return outcomes


def _events_for(search, channel, mass, without):
    """The yield whose expected significance is `Z`, from the Asimov formula in the bins of the peak."""
    background = expected_spectrum(search, channel).values()
    unit = signal_in_bins(search, channel, Injection(mass, 1.0))
    at_one = model_coupling("alp-photon").at_one(np.array([mass]))
    unit = unit / (at_one * channel_factors(search, channel).events_per_fb(np.array([mass])))[0]
    peak = np.abs(expected_spectrum(search, channel).axis.centers - mass**2) < 4 * without.scan.signal.resolution(
        np.array([mass**2])
    )
    s = np.geomspace(1, 1e4, 400)[:, None] * unit[peak]
    b = np.maximum(background[peak], 1e-6)
    z = np.sqrt(2 * np.sum((s + b) * np.log1p(s / b) - s, axis=1))
    return float(np.interp(Z, z, np.geomspace(1, 1e4, 400)))


def test_signals_of_seven_sigma_are_found_at_their_mass(found):
    near = 0
    for _, fits, row, _, _ in found:
        highest = int(np.nanargmax(fits.z_local))
        sigma = fits.scan.signal.resolution(fits.position[row : row + 1])[0]
        near += abs(fits.position[highest] - fits.position[row]) <= 1.01 * sigma
    assert near >= 0.95 * len(found)


def test_their_yields_are_unbiased(found):
    pulls = np.array([(fits.n_sig[row] - events) / fits.n_sig_err[row] for _, fits, row, events, _ in found])
    assert abs(pulls.mean()) < 0.3
    assert 0.8 < pulls.std() < 1.2


def test_p_values_are_uniform_without_a_signal(search):
    """Significances of distant hypotheses in background-only pseudo-data are standard normal numbers.

    What the published orders of the polynomial make of the template itself, up to 0.8 of the error at 4.7 GeV, is known
    from a fit without fluctuations and taken away: it is a bias of the model, which every run states.
    """
    significances = []
    for channel in search.channels:
        without = fit_scan(declare_channel(search, channel, expected_spectrum(search, channel)))
        rows = np.linspace(0, without.mass.size - 1, 6).astype(int)
        for seed in range(100, 140):
            fits = fit_scan(declare_channel(search, channel, pseudo_spectrum(search, channel, seed)).take(rows))
            significances.append(fits.z_local - (without.n_sig / without.n_sig_err)[rows])
    z = np.concatenate(significances)
    assert kstest(z, "norm").pvalue > 0.001
    assert abs(z.mean()) < 4 / np.sqrt(z.size)


def test_every_fit_is_certified(found):
    assert all(is_certified(fits.status).all() for _, fits, *_ in found)


def test_limits_scatter_as_the_published_ones(pseudo_run):
    """0.31 in ln is the scatter of the published observed curve (digitised from arXiv:2007.13071)."""
    scatter = [np.log(each.limits.observed / each.limits.expected[:, 2]) for each in pseudo_run.channels]
    assert np.concatenate(scatter).std() == pytest.approx(0.33, abs=0.05)


def test_one_constant_is_between_expected_limits_and_the_published_curve(pseudo_run):
    published = pseudo_run.published
    assert published["median_ratio"] == pytest.approx(0.65, abs=0.07)  # nothing calibrated
    calibrated = published["with_one_constant"]
    assert calibrated["median_ratio"] == pytest.approx(1.0, abs=0.10)
    above = [each for each in published["ranges"] if each["masses"][0] > 0.49]  # a study found no one constant below
    assert [each["masses"][0] for each in above] == [0.5, 1.0, 2.0, 4.0, 6.85]
    for each in above:
        assert each["median_ratio"] / calibrated["effective_normalisation"] == pytest.approx(1.0, abs=0.20)
    assert calibrated["averages_within_1.25"] >= 0.90
    assert calibrated["averages_within_1.5"] == 1.0


def test_no_fit_fails(pseudo_run):
    numbers = summary(pseudo_run)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    assert numbers["n_fits"] == 9 * 2 * numbers["n_hypotheses"]
