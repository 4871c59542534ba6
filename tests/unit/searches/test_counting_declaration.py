"""Declarations of searches that count: faults with their paths, what acts on what, products of corrections."""

import pytest
from pydantic import ValidationError

from gloam.detector import Correction
from gloam.searches import load_search, sourced_numbers
from gloam.searches.counting import CountedChannel, CountedSpectrum, CountingSearch, YieldUncertainty
from gloam.sourced import assumed, published

SEARCH = load_search("belle2_zprime_invisible_2018")
MUMU, EMU = SEARCH.channels


def rebuilt(model, **changes):
    """The same declaration with some of its parts exchanged, checked again."""
    parts = {name: getattr(model, name) for name in type(model).model_fields}
    return type(model)(**(parts | changes))


def fault(model, **changes):
    with pytest.raises(ValidationError) as caught:
        rebuilt(model, **changes)
    return str(caught.value)


def test_the_factors_of_two_muons_are_trigger_tracking_and_yield():
    """0.79, 0.90 and 0.75 (arXiv:1912.11276); an electron and a muon have 0.96 and 0.90."""
    assert MUMU.correction == pytest.approx(0.79 * 0.90 * 0.75)
    assert EMU.correction == pytest.approx(0.96 * 0.90)


def test_every_uncertainty_says_what_it_acts_on():
    """As published: 12.5 % on the signal of two muons alone, 22 % and 2 % on the background alone."""
    found = {(each.name, each.target): each.relative.value for each in MUMU.systematics}
    assert found["mumu yield", "signal"] == pytest.approx(0.125)
    assert ("mumu yield", "background") not in found
    assert found["tau suppression", "background"] == 0.22
    assert ("tau suppression", "signal") not in found
    assert found["background before tau suppression", "background"] == 0.02
    for both in ("trigger", "tracking", "particle identification", "luminosity"):
        assert found[both, "signal"] == found[both, "background"]
    assert found["tracking", "signal"] == pytest.approx(0.04)
    assert found["luminosity", "signal"] == 0.007
    assert {each.name for each in EMU.systematics} == {each.name for each in MUMU.systematics} - {"mumu yield"}


def test_a_source_of_two_channels_is_told_apart_where_its_size_differs():
    names = [each.name for each in SEARCH.all_systematics]
    assert {"trigger, mumu", "trigger, emu"} <= set(names)


def test_what_is_not_public_is_not_called_published():
    standing = {path: number.standing for path, number in sourced_numbers(SEARCH)}
    cuts = {path: each for path, each in standing.items() if ".cuts." in path}
    assert len(cuts) > 10
    angles = [each for path, each in cuts.items() if "polar" in path or "azimuth" in path]
    assert set(angles) <= {"recalled", "assumed"}


@pytest.mark.parametrize(("changes", "words"), [
    ({"spectrum": "none"}, "no spectrum none is prepared"),
    ({"masses": ((0.1, 8.0), (0.1, 8.0))}, "a range of masses for each observable"),
    ({"spectrum": "emu"}, "declare has_signal_efficiency=False"),
    ({"corrections": (Correction("tracking", published(0.95, 0.01, "", "x"), "track"),)}, "are for each event"),
])  # fmt: skip
def test_channels_that_do_not_fit_their_spectrum_are_refused(changes, words):
    assert words in fault(SEARCH, channels=(rebuilt(MUMU, **changes),))


def test_uncertainties_of_unknown_steps_and_backgrounds_are_refused():
    for part, words in (({"step": "a cut"}, "not in the selection"), ({"processes": ("qqbar",)}, "not simulated")):
        wrong = YieldUncertainty(name="x", relative=assumed(0.1, 0, "", "x"), acts_on=("background",), **part)
        assert words in fault(SEARCH, channels=(rebuilt(MUMU, uncertainties=(wrong,)),))


def test_a_spectrum_has_a_signal_or_is_like_one_that_has():
    spectrum = SEARCH.preparation.spectra[0]
    assert "has a signal, or is like another" in fault(spectrum, signal=None)
    assert "as many ranges and tails" in fault(spectrum, tails=(1, -1))
    assert "two or more hypotheses" in fault(spectrum, masses=((1.0,),))
    assert "has to come before it" in fault(SEARCH.preparation, spectra=SEARCH.preparation.spectra[::-1])


def test_the_types_are_those_of_the_package():
    assert isinstance(SEARCH, CountingSearch)
    assert isinstance(MUMU, CountedChannel)
    assert all(isinstance(each, CountedSpectrum) for each in SEARCH.preparation.spectra)
