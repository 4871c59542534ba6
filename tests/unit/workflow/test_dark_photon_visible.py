"""belle2_dark_photon_visible: a second search over the same preparation, without code of its own."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.sourced import assumed
from gloam.theory import dark_photon, decay_fraction
from gloam.workflow import run, summary
from gloam.workflow.coupling import search_coupling
from gloam.workflow.declaring import channel_grid, declare_channel
from gloam.workflow.prepare import prepare
from gloam.workflow.prepared import prepared
from gloam.workflow.pseudo_data import Injection, expected_spectrum, signal_in_bins

SEARCH = load_search("belle2_dark_photon_visible")
CHANNEL = SEARCH.channels[0]


@pytest.fixture(scope="module")
def found():
    return run(SEARCH, seed=1)


def test_no_fit_fails(found):
    numbers = summary(found)
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    assert numbers["n_hypotheses"] > 1500
    assert numbers["data"]["kind"] == "pseudo"


def test_significances_are_those_of_noise(found):
    z = found.channels[0].result.z_local
    assert np.nanstd(z) == pytest.approx(1.0, abs=0.12)


def test_the_polynomial_describes_the_background():
    from gloam.scans import fit_scan

    fits = fit_scan(declare_channel(SEARCH, CHANNEL, expected_spectrum(SEARCH, CHANNEL)))
    assert np.nanmax(np.abs(fits.n_sig / fits.n_sig_err)) < 0.35


def test_masses_are_those_of_reduced_masses():
    grid = channel_grid(SEARCH, CHANNEL)
    np.testing.assert_allclose(grid.mass**2 - grid.position**2, 4 * 0.1056583755**2, rtol=1e-9)


def test_efficiencies_refer_to_the_whole_cross_section():
    """Signals were generated beyond 15 degrees, where 1/sin^2 has left a part of the photons."""
    scan, mass = prepared(SEARCH)["muon_pairs"], np.array([3.0])
    theory = dark_photon.cross_section(mass) * decay_fraction("dark-photon", "mumu")(mass)
    expected = theory * 1e-6 * 100.0 * scan.efficiencies()(mass)
    added = signal_in_bins(SEARCH, CHANNEL, Injection(3.0, 1e-3)).sum()
    assert added == pytest.approx(expected[0], rel=1e-3)
    assert 0.03 < scan.efficiencies()(3.0) < 0.1


def test_the_declaration_can_be_written_out():
    document = json.loads(SEARCH.model_dump_json())
    assert document["preparation"]["reconstruction"] == "gloam.selection.muon_pair_photon.muon_pair_photon"
    assert document["preparation"]["detector"]["name"] == "belle2"


def test_a_search_at_another_energy_asks_the_model_there():
    """Efficiencies and couplings at 3.773 GeV are not those of the Upsilon(4S), with an eighth of the cross section."""
    energy = 3.773
    preparation = SEARCH.preparation.model_copy(update={"sqrt_s": assumed(energy, 0, "GeV", "of this test")})
    elsewhere = SEARCH.model_copy(update={"preparation": preparation})
    mass = np.array([0.5, 2.0])
    expected = dark_photon.cross_section(mass, np.full(2, energy)) * decay_fraction("dark-photon", "mumu")(mass)
    np.testing.assert_allclose(search_coupling(elsewhere).at_one(mass), expected, rtol=1e-12)
    assert (expected > 5 * search_coupling(SEARCH).at_one(mass)).all()


def test_a_process_with_more_than_the_cross_section_of_its_model_is_refused():
    wrong = SEARCH.preparation.model_copy(update={"relative_to": "alp-photon"})
    with pytest.raises(InputError, match=r"gamma-dark-photon at .* GeV as part of alp-photon: .* Declare a process"):
        prepare(wrong, scale=1e-3)
