"""Another mass, systematic uncertainty or veto is one line in a declaration, whatever kind of search it is."""

import numpy as np
import pytest

from gloam.searches import load_search
from gloam.searches.counting import YieldUncertainty
from gloam.sourced import assumed
from gloam.systematic import Systematic
from gloam.workflow import run

MORE = assumed(0.1, 0, "", "a test")


def changed(search, **updates):
    """The search with its first channel alone, and that changed."""
    return search.model_copy(update={"channels": (search.channels[0].model_copy(update=updates),)})


OF_THE_SIGNAL = YieldUncertainty(name="more", relative=MORE, acts_on=("signal",))
FITS = changed(load_search("belle2_single_photon"), masses=(2.0, 2.4))
COUNTS = changed(load_search("belle2_zprime_invisible_2018"), masses=((1.0, 3.0),), form="lognormal")
DECAYS = changed(load_search("belle_b0_lambda_dark_baryon"), masses=(1.0, 2.5, 3.9))


def found(search):
    """Masses, expected limits and which of them are vetoed."""
    channel = run(search, seed=1).channels[0]
    return channel.result.mass, channel.limits.expected[:, 2], channel.result.status == 4


@pytest.fixture(scope="module")
def as_declared():
    return {search.name: found(search) for search in (FITS, COUNTS, DECAYS)}


@pytest.mark.parametrize(
    ("search", "masses", "last"),
    [(FITS, (2.0, 2.6), 2.48), (COUNTS, ((1.0, 3.5),), 3.5), (DECAYS, (1.0, 2.5, 2.75, 3.9), 3.9)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_mass(search, masses, last, as_declared):
    """The new ones have limits, the others keep theirs."""
    mass, expected, _ = found(changed(search, masses=masses))
    before, limits, _ = as_declared[search.name]
    assert mass.size > before.size
    assert mass.max() == pytest.approx(last, rel=0.03)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(expected[np.isin(mass, before)], limits[np.isin(before, mass)], rtol=1e-6)


@pytest.mark.parametrize(
    ("search", "systematic"),
    [
        (FITS, {"systematics": (Systematic("more", MORE, "signal"),)}),
        (COUNTS, {"uncertainties": (*COUNTS.channels[0].uncertainties, OF_THE_SIGNAL)}),
        (DECAYS, {"systematics": (*DECAYS.channels[0].systematics, Systematic("more", MORE, "signal"))}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_systematic_uncertainty(search, systematic, as_declared):
    """One of 10 % on the signal raises every limit."""
    _, expected, _ = found(changed(search, **systematic))
    assert (expected > 1.001 * as_declared[search.name][1]).all()


@pytest.mark.parametrize(
    ("search", "veto", "inside"),
    [(FITS, (3.5, 5.0), (1.9, 2.2)), (COUNTS, (3.0, 5.0), (1.75, 2.2)), (DECAYS, (2.4, 2.6), (2.4, 2.6))],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_veto(search, veto, inside, as_declared):
    """In the unit of the observable: masses in it have no result, those away from it have one."""
    mass, expected, vetoed = found(changed(search, vetoes=(veto,)))
    assert vetoed[(mass > inside[0]) & (mass < inside[1])].all()
    assert 0 < vetoed.sum() < mass.size
    np.testing.assert_array_equal(np.isnan(expected), vetoed)
    assert not as_declared[search.name][2].any()


def test_a_veto_in_a_combination():
    """Masses that every final state has vetoed are not combined; one final state alone may be vetoed."""
    search = load_search("belle_b0_dark_photons")
    some = tuple(each.model_copy(update={"masses": (0.5, 1.0, 1.5)}) for each in search.channels)
    first = some[0].model_copy(update={"vetoes": ((1.4, 1.6),)})
    both = (first, *(each.model_copy(update={"vetoes": ((0.9, 1.1),)}) for each in some[1:]))
    alone = run(search.model_copy(update={"channels": (first, some[1])}), seed=1).combined
    assert alone.mass.tolist() == [0.5, 1.0, 1.5]
    rest = run(search.model_copy(update={"channels": both[1:]}), seed=1).combined
    assert rest.mass.tolist() == [0.5, 1.5]
    assert np.isfinite(rest.expected).all()
