"""Bad declarations, of thirty kinds and more: each reports all of its faults, each with its path."""

import dataclasses

import pytest
from pydantic import ValidationError

from gloam.detector import Correction
from gloam.errors import InputError, collected_refusals
from gloam.searches import Search, load_search
from gloam.searches.counting import YieldUncertainty
from gloam.searches.faults import Declaration, check, collected_faults
from gloam.searches.preparation import AnyOf, CutOn, Observable
from gloam.sourced import Sourced, assumed, published
from gloam.systematic import Systematic

ALP = load_search("belle2_alp_3gamma")
INVISIBLE = load_search("belle2_zprime_invisible_2018")
PAIRS = load_search("belle_b0_dark_photons")
BACKWARDS = INVISIBLE.preparation.spectra[::-1]
NUMBER = assumed(0.02, 0, "GeV", "test")
TRIGGER = Systematic("trigger", published(0.03, 0, "", "a paper"), "signal")
CHANNEL = {
    "name": "low", "title": "low masses", "data": "low.npz", "range": (1.0, 2.0), "bin_width": 0.01, "step": 0.01,
    "window": 25, "signal": "gaussian", "width": NUMBER, "background": "polynomial:2", "background_reason": "test",
}  # fmt: skip
SEARCH = {
    "name": "test", "title": "a test", "process": "none", "experiment": "none", "data_kind": "pseudo",
    "data_source": "nowhere", "luminosity": None, "observable": {"column": "M", "label": "m"}, "reference": "none",
    "status": "a test", "channels": (CHANNEL,),
}  # fmt: skip


def parts(declared, **changes):
    """What a declaration is made of, with some of it exchanged; None of a nested one takes it apart too."""
    return {name: getattr(declared, name) for name in type(declared).model_fields} | changes


def channel(**changes):
    return SEARCH | {"channels": (CHANNEL | changes,)}


def prepared(**changes):
    return parts(ALP, preparation=parts(ALP.preparation, **changes))


def prepared_spectrum(**changes):
    spectra = ALP.preparation.spectra
    return prepared(spectra=(parts(spectra[0], **changes), *spectra[1:]))


def counted(**changes):
    return parts(INVISIBLE, channels=(parts(INVISIBLE.channels[0], **changes), *INVISIBLE.channels[1:]))


def counted_spectrum(**changes):
    first, *rest = INVISIBLE.preparation.spectra
    return parts(INVISIBLE, preparation=parts(INVISIBLE.preparation, spectra=(parts(first, **changes), *rest)))


def pairs(**changes):
    return parts(PAIRS, channels=(parts(PAIRS.channels[0], **changes), *PAIRS.channels[1:]))


def uncertainty(**changes):
    return YieldUncertainty(name="x", relative=NUMBER, acts_on=("background",), **changes)


KINDS = {
    # a search that fits spectra
    "ends of ranges": (Search, channel(range=(2.0, 1.0), vetoes=((1.5, 1.2),)), "range", "vetoes.0"),
    "numbers that are too small": (Search, channel(bin_width=-0.01, step=0.0), "bin_width", "step"),
    "words for numbers": (Search, channel(step="half", window="wide"), "step", "window"),
    "shapes there are not": (Search, channel(signal="gauss", background="spline:3"), "signal", "background"),
    "an order that is too high": (Search, channel(background="polynomial:11", title=3), "background", "title"),
    "bins wider than the range": (Search, channel(bin_width=3.0, step=-1.0), "bin_width", "step"),
    "a width of nothing": (Search, channel(width=assumed(0, 0, "GeV", "x"), name="Low"), "width", "name"),
    "fields there are not": (Search, channel(colour="red", binwidth=1), "colour", "binwidth"),
    "fields that are left out": (Search, {"name": "test", "channels": ()}, "title", "process", "status", "channels"),
    "numbers without a source": (Search, channel(width=0.02, control_peak=9.46), "width", "control_peak"),
    "no data and no spectrum": (Search, channel(data=None, step="0.5sigma", window=-1), "", "window"),
    "prepared without a spectrum": (Search, channel(signal="prepared", window=-1.0), "", "window"),
    "a spectrum that is not prepared": (
        Search, channel(spectrum="x", data=None, signal="prepared", masses=(2.0, 3.0), vetoes=((2, 1),)),
        "spectrum", "vetoes.0",
    ),
    "a prepared spectrum with data": (Search, channel(spectrum="x", range=(2.0, 1.0)), "", "range"),
    "systematics twice": (Search, channel(systematics=(TRIGGER, TRIGGER), step=0.0), "systematics", "step"),
    "channels of one name": (Search, SEARCH | {"channels": (CHANNEL, CHANNEL), "level": 90}, "channels", "level"),
    "two channels with faults": (
        Search, SEARCH | {"channels": (CHANNEL | {"step": 0.0}, CHANNEL | {"name": "b", "window": -1})},
        "channels.0.step", "channels.1.window",
    ),
    "choices there are not": (
        Search, SEARCH | {"data_kind": "toys", "method": "guess", "observable": {"column": "M", "scale": 1}},
        "data_kind", "method", "observable.scale", "observable.label",
    ),
    "a model there is not": (Search, SEARCH | {"model": "axion", "level": 1.0}, "model", "level"),
    "a decay of no model": (
        Search, SEARCH | {"decay": "mumu", "luminosity": assumed(0, 0, "fb^-1", "x")}, "model", "luminosity",
    ),
    "parts that are none": (Search, SEARCH | {"channels": ({},), "observable": 3}, "name", "observable"),
    # its preparation
    "spectra of one name": (
        Search, prepared(spectra=(ALP.preparation.spectra[0],) * 2, backgrounds=()),
        "preparation.spectra", "preparation.backgrounds",
    ),
    "processes there are not": (
        Search, prepared(signal={"process": "gamma-axion", "events": 0}),
        "preparation.signal.process", "preparation.signal.events",
    ),
    "decays there are not": (
        Search, prepared(signal={"process": "tautau", "events": 1, "tau_decays": "many", "weighted": 3}),
        "preparation.signal.tau_decays", "preparation.signal.weighted",
    ),
    "cuts without limits": (
        Search, prepared(cuts=({"column": "x"}, {"name": "either", "cuts": ()})),
        "preparation.cuts.0", "preparation.cuts.1",
    ),
    "cuts that nothing passes": (
        Search,
        prepared(cuts=({"column": "x", "above": assumed(2, 0, "", "x"), "below": NUMBER},), backgrounds=()),
        "preparation.cuts.0.above", "preparation.backgrounds",
    ),
    "masses that do not increase": (
        Search, prepared_spectrum(masses=(3.0, 2.0), range=(4.0, 1.0)),
        "preparation.spectra.0.masses", "preparation.spectra.0.range",
    ),
    "events of a later spectrum": (
        Search, prepared_spectrum(same_events_as="x", tail=3, pieces=0),
        "preparation.spectra.0.same_events_as", "preparation.spectra.0.tail", "preparation.spectra.0.pieces",
    ),
    # a search that counts
    "counts in a spectrum there is not": (
        type(INVISIBLE), counted(spectrum="x", step=0.0), "channels.0.spectrum", "channels.0.step",
    ),
    "ranges of another dimension": (
        type(INVISIBLE),
        counted(masses=((0.1, 8.0), (0.1, 8.0)), corrections=(Correction("t", NUMBER, "track"),)),
        "channels.0.masses", "channels.0.corrections",
    ),
    "uncertainties of nothing": (
        type(INVISIBLE), counted(uncertainties=(uncertainty(step="none"), uncertainty(processes=("qqbar",)))),
        "channels.0.uncertainties.0.step", "channels.0.uncertainties.1.processes",
    ),
    "a spectrum without a signal": (
        type(INVISIBLE), counted_spectrum(signal=None, tails=(1, -1), bins=1),
        "preparation.spectra.0", "preparation.spectra.0.bins",
    ),
    "one hypothesis": (
        type(INVISIBLE), counted_spectrum(masses=((1.0,),), like="x"),
        "preparation.spectra.0.masses", "preparation.spectra.0",
    ),
    "a spectrum like a later one": (
        type(INVISIBLE),
        parts(INVISIBLE, preparation=parts(INVISIBLE.preparation, spectra=BACKWARDS, seed="x")),
        "preparation.spectra.0.like", "preparation.seed",
    ),
    "a cross-check by no method": (
        type(INVISIBLE), parts(INVISIBLE, cross_checks=({"name": "a", "method": "b"},), method="c"),
        "cross_checks.0.method", "method",
    ),
    # a search that counts at declared masses
    "masses outside the simulation": (
        type(PAIRS), pairs(masses=(0.001, 50.0), tau=assumed(0, 0, "", "x")), "channels.0.masses", "channels.0.tau",
    ),
    "half of a rare background": (
        type(PAIRS), pairs(rare_tau=NUMBER, rare_share=None, systematics=(TRIGGER, TRIGGER)),
        "channels.0", "channels.0.systematics",
    ),
    "pairs of other particles": (
        type(PAIRS),
        parts(PAIRS, preparation=parts(PAIRS.preparation, bin_width=0.0, simulated_masses=(1.0,))),
        "preparation.bin_width", "preparation.simulated_masses",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "paths"), [(a, b, c) for a, b, *c in KINDS.values()], ids=KINDS)
def test_every_fault_has_its_path(kind, content, paths):
    with pytest.raises(ValidationError) as caught:
        kind(**content)
    places = [fault["loc"] for fault in caught.value.errors()]
    found = {".".join(map(str, place[:length])) for place in places for length in range(len(place) + 1)}
    before = "channels.0." if content.get("channels") and len(content["channels"]) == 1 else ""
    for path in paths:
        assert found & {path, f"{before}{path}".rstrip(".")}, (path, found)
    assert len(caught.value.errors()) >= 2


def test_there_are_thirty_kinds_with_two_faults_each():
    assert len(KINDS) >= 30
    assert all(len(paths) >= 2 for _, _, *paths in KINDS.values())


def test_what_declarations_of_the_package_declare_has_no_fault():
    """So that the kinds above have the faults that were put in, and no others."""
    for declared in (ALP, INVISIBLE, PAIRS):
        assert type(declared)(**parts(declared)) == declared
    assert Search(**SEARCH).name == "test"


class TestModules:
    """Modules make declarations part by part: the first fault must not hide the others."""

    def test_faults_of_parts_and_of_their_numbers(self):
        with collected_faults() as faults:
            first = load_channel(step=0.0, width=Sourced(float("nan"), -1, "GeV", "guessed", " "))
            second = load_channel(name="high", vetoes=((2, 1),), systematics=(Systematic("", NUMBER, "data"),))
            search = Search(**SEARCH | {"channels": (first, second), "level": 90})
            found = {".".join(map(str, path)): words for path, words in faults(search)}
        assert {
            "level", "channels.0.step", "channels.0.width", "channels.1.vetoes.0", "channels.1.systematics.0",
        } <= found.keys()  # fmt: skip
        with collected_faults() as faults:
            broken = load_channel(width=Sourced(float("nan"), -1, "GeV", "guessed", " "))
            words = [text for path, text in faults(broken) if path == ("width",)]
        assert [text.partition(" of ")[0] for text in words[1:]] == ["error", "standing", "reference", "a width"]
        assert words[0].startswith("sourced number nan GeV: got nan")

    def test_parts_that_are_nowhere_used_are_named_by_their_class(self):
        with collected_faults() as faults:
            Observable(column="M", label="m", unit=3)
            assert [path for path, _ in faults(Search(**SEARCH))] == [("Observable", "unit")]

    def test_outside_a_fault_is_raised_at_once(self):
        with pytest.raises(ValidationError):
            Observable(column="M", label="m", unit=3)
        with pytest.raises(InputError, match="finite"):
            Sourced(float("nan"), 0, "", "assumed", "x")
        with collected_refusals() as kept:
            assert dataclasses.asdict(Sourced(1.0, -1, "", "assumed", "x"))["error"] == -1
        assert [str(fault)[:5] for _, fault in kept] == ["error"]

    def test_a_check_that_needs_a_part_with_a_fault_is_left_out(self):
        class Pair(Declaration):
            one: int
            two: int

            @check
            def _ordered(self):
                if not self.one < self.two:
                    yield ("one",), "not below two"

            @check
            def _even(self):
                if self.two % 2:
                    yield ("two",), "odd"

        with pytest.raises(ValidationError) as caught:
            Pair(one="x", two=3)
        assert [fault["loc"] for fault in caught.value.errors()] == [("one",), ("two",)]
        assert Pair(one=1, two=2).two == 2


def load_channel(**changes):
    from gloam.searches import Channel

    return Channel(**CHANNEL | changes)


def test_a_cut_says_which_of_its_kinds_it_is():
    assert CutOn(column="x", below=NUMBER).cut().needs == ("x",)
    assert len(AnyOf(name="a", cuts=(CutOn(column="x", below=NUMBER),) * 2).cut().needs) == 2
