"""Factors between data and simulation, and the uncertainties that come with them."""

import numpy as np
import pytest

from gloam.detector import (
    BELLE2,
    BELLE2_2018_EMU,
    BELLE2_2018_MUMU,
    BELLE_FOUR_MUONS,
    Correction,
    correction_factor,
    correction_systematics,
    simulate,
)
from gloam.errors import InputError
from gloam.generation import generate, make_process
from gloam.sourced import assumed
from gloam.systematic import in_quadrature


def correction(name="tracking", factor=0.9, error=0.0, per="event"):
    return Correction(name, assumed(factor, error, "", "an example"), per)


def test_a_factor_of_tracks_counts_those_that_were_found():
    events, _ = generate(make_process("mumugamma"), 500, seed=1)
    seen = simulate(events, BELLE2, seed=1)
    tracks, photons = seen.found[:, :2].sum(1), seen.found[:, 2]
    factors = correction_factor(seen, [correction(per="track"), correction("photons", 0.8, per="photon")])
    np.testing.assert_allclose(factors, 0.9**tracks * 0.8**photons)
    assert len(set(factors.round(6))) > 3


def test_four_muons_have_the_published_uncertainties():
    """arXiv:2109.08596: tracking 1.4, identification 1.15, simulation 1 and hadron veto 1, in per cent."""
    found = {s.name: s for s in correction_systematics(BELLE_FOUR_MUONS, tracks=4) if s.target == "signal"}
    assert {name: s.relative.value for name, s in found.items()} == pytest.approx(
        {"tracking": 0.014, "muon identification": 0.0115, "muon simulation": 0.01, "hadron veto": 0.01}
    )
    assert in_quadrature(found.values()) == pytest.approx(np.sqrt(1.4**2 + 1.15**2 + 2) / 100)


@pytest.mark.parametrize(("corrections", "expected"), [
    (BELLE2_2018_MUMU, {"trigger": 0.06, "tracking": 0.04, "particle identification": 0.04, "mumu yield": 0.125}),
    (BELLE2_2018_EMU, {"trigger": 0.01, "tracking": 0.04, "particle identification": 0.04}),
])  # fmt: skip
def test_the_search_of_2018_has_the_published_uncertainties(corrections, expected):
    """arXiv:1912.11276 quotes them as whole per cents."""
    found = {s.name: s.relative.value for s in correction_systematics(corrections) if s.target == "signal"}
    assert found == pytest.approx(expected, abs=0.005)
    background = {s.name for s in correction_systematics(corrections) if s.target == "background"}
    assert background == set(expected) - {"mumu yield"}


def test_what_is_exact_or_absent_has_no_uncertainty():
    assert correction_systematics([correction(error=0.0)]) == ()
    assert correction_systematics([correction(error=0.1, per="photon")], tracks=4) == ()


def test_a_correction_that_cannot_be_is_refused():
    with pytest.raises(InputError, match="what correction 'tracking' is per"):
        correction(per="muon")
    with pytest.raises(InputError, match="factor of correction 'tracking'"):
        correction(factor=0.0)
