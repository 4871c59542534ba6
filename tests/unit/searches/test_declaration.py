"""Declarations: every fault with its path, every number with its source."""

import dataclasses

import pytest
from pydantic import BaseModel, ValidationError

from gloam.models import Gaussian, Polynomial
from gloam.searches import Channel, Observable, Search, load_search, search_names, sourced_numbers
from gloam.sourced import Sourced, assumed, published
from gloam.systematic import Systematic

WIDTH = assumed(0.02, 0, "GeV", "test")
TRIGGER = Systematic("trigger", published(0.03, 0, "", "a paper"), "signal")


def channel(**changes):
    return {
        "name": "low", "title": "low masses", "data": "low.npz", "range": (1.0, 2.0), "bin_width": 0.01, "step": 0.01,
        "window": 25, "signal": "gaussian", "width": WIDTH, "background": "polynomial:2", "background_reason": "test",
    } | changes  # fmt: skip


def declaration(*channels, **changes):
    return {
        "name": "test", "title": "a test", "process": "none", "experiment": "none", "data_kind": "pseudo",
        "data_source": "nowhere", "luminosity": None, "observable": {"column": "M", "label": "m"}, "reference": "none",
        "status": "a test", "channels": channels or (channel(),),
    } | changes  # fmt: skip


def faults(content):
    """The paths and messages of what is wrong with a declaration."""
    with pytest.raises(ValidationError) as caught:
        Search(**content)
    return {".".join(map(str, fault["loc"])): fault["msg"] for fault in caught.value.errors()}


def test_a_channel_is_what_it_declares():
    made = Channel(**channel(signal="crystal-ball:1.5,3", background="polynomial:4"))
    assert Channel(**channel()).signal_shape() == Gaussian(0.02)
    assert (made.signal_shape().alpha, made.signal_shape().n, made.signal_shape().width) == (1.5, 3.0, 0.02)
    assert made.background_form() == Polynomial(4)


def test_defaults():
    search = Search(**declaration())
    assert (search.method, search.level, search.systematics) == ("cls", 0.90, ())
    assert search.observable == Observable(column="M", label="m")
    assert search.observable.unit == "GeV"


def test_all_faults_are_reported_at_once():
    bad = channel(range=(2.0, 1.0), bin_width=-0.01, step=0, window=-1, vetoes=((1.5, 1.2),), surplus=1)
    found = faults(declaration(bad, channel(name="High mass"), level=90, method="bayesian", data_kind="toys"))
    assert {
        "channels.0.range", "channels.0.bin_width", "channels.0.step", "channels.0.window", "channels.0.vetoes.0",
        "channels.0.surplus", "channels.1.name", "level", "method", "data_kind",
    } <= found.keys()  # fmt: skip
    assert "(2, 1) is not a range: write the lower end first" in found["channels.0.range"]


def test_a_shape_and_a_background_there_are_not_are_faults_like_others():
    found = faults(declaration(channel(signal="gauss", background="spline:3", step=-1), channel(signal="moyal")))
    assert {"channels.0.signal", "channels.0.background", "channels.0.step", "channels.1.signal"} <= found.keys()
    assert "gaussian, crystal-ball:ALPHA,N, double-crystal-ball" in found["channels.0.signal"]


@pytest.mark.parametrize("level", [0.5, 1.0, 1.5, 90])
def test_levels_that_are_none(level):
    assert list(faults(declaration(level=level))) == ["level"]


def test_a_search_has_channels_of_different_names():
    assert "channels need different names, got low, low" in next(
        iter(faults(declaration(channel(), channel())).values())
    )
    assert "channels" in faults(declaration(channels=()))


def test_a_declaration_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Search(**declaration()).level = 0.95


class TestSourcedNumbers:
    def test_paths_lead_to_every_number(self):
        luminosity = published(5.0, 0.1, "fb^-1", "a paper")
        high = channel(name="high", control_peak=published(1.5, 0.1, "GeV", "PDG"))
        search = Search(**declaration(channel(), high, luminosity=luminosity, systematics=(TRIGGER,)))
        assert dict(sourced_numbers(search)) == {
            "luminosity": luminosity,
            "channels.low.width": WIDTH,
            "channels.high.width": WIDTH,
            "channels.high.control_peak": high["control_peak"],
            "systematics.trigger": TRIGGER.relative,
        }

    @pytest.mark.parametrize("name", search_names())
    def test_none_is_forgotten(self, name):
        """As many as a walk through all that is declared meets."""
        search = load_search(name)
        listed = list(sourced_numbers(search))
        assert len(listed) == len(list(walk(search)))
        assert len({path for path, _ in listed}) == len(listed)


def walk(content):
    if isinstance(content, Sourced):
        yield content
    elif isinstance(content, BaseModel):
        yield from walk(dict(content))
    elif dataclasses.is_dataclass(content):
        yield from walk([getattr(content, field.name) for field in dataclasses.fields(content)])
    elif isinstance(content, dict):
        yield from walk(list(content.values()))
    elif isinstance(content, (list, tuple)):
        for item in content:
            yield from walk(item)


@pytest.mark.parametrize("name", search_names())
def test_every_search_says_what_it_is(name):
    search = load_search(name)
    assert search.name == name
    names = [each.name for each in search.channels]
    assert len(set(names)) == len(names)
    for text in (search.title, search.process, search.experiment, search.data_source, search.reference, search.status):
        assert text.strip()
    for each in search.channels if isinstance(search, Search) else ():
        assert each.background_reason.strip()
        if each.control_peak is not None:
            assert each.range[0] < each.control_peak.value < each.range[1]
    assert all(number.reference.strip() for _, number in sourced_numbers(search))


@pytest.mark.parametrize(("name", "pdg"), [("omega", 223), ("phi", 333), ("psi2s", 100443), ("upsilon1s", 553)])
def test_known_masses_are_those_of_the_particle_data_group(name, pdg):
    particle = pytest.importorskip("particle").Particle.from_pdgid(pdg)
    peak = next(each.control_peak for each in load_search("cms_dimuon").channels if each.name == name)
    assert peak.standing == "published"
    assert peak.unit == "GeV"
    assert abs(peak.value - particle.mass / 1000) <= particle.mass_upper / 1000
    assert peak.error == pytest.approx(particle.mass_upper / 1000, rel=0.1)


PREPARED = {
    "name": "pairs", "title": "pairs", "spectrum": "pairs_above_650", "masses": (4.0, 6.0), "step": "0.5sigma",
    "window": (-20.0, 30.0), "signal": "prepared", "background": "polynomial:4", "background_reason": "test",
}  # fmt: skip


def prepared(**changes):
    preparation = load_search("belle2_alp_3gamma").preparation
    return declaration(PREPARED | changes, preparation=preparation, model="alp-photon")


def test_a_channel_may_take_everything_from_a_preparation():
    search = Search(**prepared())
    made = search.channels[0]
    assert made.window_ends == (-20.0, 30.0)
    assert search.spectrum_of(made).observable.column == "M2_gammagamma"
    assert search.observable_of(made).scale == "mass squared"
    assert Channel(**channel(window=25)).window_ends == (-25.0, 25.0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": "low.npz"}, "and no data"),
        ({"masses": None}, "has masses"),
        ({"signal": "gaussian"}, "the signal 'prepared'"),
        ({"spectrum": "elsewhere"}, "no spectrum elsewhere is prepared"),
        ({"step": "0sigma"}, "is not a step"),
        ({"step": "half a sigma"}, "is not a step"),
        ({"window": (5.0, 30.0)}, "is not a window"),
        ({"masses": (6.0, 4.0)}, "is not a range"),
    ],
)
def test_faults_of_prepared_channels(changes, words):
    assert any(words in message for message in faults(prepared(**changes)).values())


@pytest.mark.parametrize("changes", [{"signal": "prepared"}, {"step": "0.5sigma"}, {"data": None}, {"width": None}])
def test_a_channel_of_its_own_data_needs_all_of_them(changes):
    found = faults(declaration(channel(**changes)))
    assert any("prepared spectrum" in message for message in found.values())


def test_systematics_of_channels_are_among_those_of_the_search():
    search = Search(**declaration(channel(systematics=(TRIGGER,)), systematics=()))
    assert search.all_systematics == (TRIGGER,)
    assert dict(sourced_numbers(search))["channels.low.systematics.trigger"] == TRIGGER.relative
