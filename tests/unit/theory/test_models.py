"""The models asked by name, and the values that they answer with."""

import dataclasses

import pytest

from gloam.constants import MM_TIMES_GEV
from gloam.errors import InputError
from gloam.theory import MODELS, Prediction, Production, predict
from gloam.theory.prediction import branching_fractions, decay_length


@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers(model):
    found = predict(model, 2.0, 1.0 if model == "dark-higgsstrahlung" else None, 1e-3)
    assert isinstance(found, Prediction)
    assert found.model == model
    assert found.process in found.processes
    assert found.cross_section > 0
    assert found.cross_section_error is not None
    assert found.reference
    assert found.valid
    assert found.notes


def test_a_prediction_is_a_value():
    with pytest.raises(dataclasses.FrozenInstanceError):
        predict("zprime", 1.0).mass = 2.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("graviton", 1.0), "zprime"),
        (("zprime", -1.0), "mass"),
        (("zprime", float("nan")), "mass"),
        (("zprime", float("inf")), "mass"),
        (("zprime", 1.0, None, 0.0), "coupling"),
        (("zprime", 1.0, 2.0), "second mass"),
        (("zprime", 1.0, None, 1.0, 2.0), "second coupling"),
        (("zprime", 1.0, None, 1.0, None, 10.58, 0.9), "angular range"),
        (("zprime", 1.0, None, 1.0, None, -1.0), "energy"),
        (("dark-photon", 1.0, None, 1.0, None, 10.58, 1.5), "cos"),
        (("dark-photon", 1.0, None, 1.0, None, 10.58, 0.0), "cos"),
        (("dark-higgsstrahlung", 1.0), "mass2"),
        (("b-dark-photons", 1.0, None, -1.0), "branching fraction"),
    ],
)
def test_what_cannot_be_answered_is_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        predict(*arguments)


@pytest.mark.parametrize(
    ("model", "mass", "why"),
    [
        ("dark-photon", 10.55, "not described above"),
        ("dark-photon", 3.0969, "narrow resonance"),
        ("alp-photon", 9.0, "not narrow"),
        ("zprime", 5e-4, "not tested"),
        ("leptophilic-scalar", 1.0, "not perturbative"),
        ("b-dark-photons", 1.0, "branching fraction"),
    ],
)
def test_outside_its_range_a_prediction_says_so(model, mass, why):
    coupling = {"leptophilic-scalar": 1e4, "b-dark-photons": 2.0}.get(model, 1.0)
    found = predict(model, mass, None, coupling)
    assert not found.valid
    assert any(why in note for note in found.notes)


def test_a_b_decay_needs_the_upsilon_4s():
    for model in ("b-dark-photons", "b-dark-baryon"):
        assert predict(model, 1.0, None, 1e-6).valid
        away = predict(model, 1.0, None, 1e-6, sqrt_s=10.2)
        assert not away.valid
        assert not away.processes[away.process].valid


def test_the_angular_range_bounds_the_photon():
    inside, everywhere = (predict("alp-photon", 1.0, None, 1e-3, most_cosine=c).cross_section for c in (0.5, None))
    assert inside / everywhere == pytest.approx((3 * 0.5 + 0.5**3) / 4)


def test_a_larger_cut_on_the_photon_keeps_more():
    low, high = (predict("zprime", 1.0, photon_cut=cut).one_plus_delta for cut in (0.1, 1.0))
    assert low < high


def test_widths_and_lengths():
    assert branching_fractions({"ee": 0.0}) == {"ee": 0.0}
    assert branching_fractions({"a": 1.0, "b": 3.0, "part of b": 1.0}, inside=("part of b",))["part of b"] == 0.25
    assert decay_length(0.0) is None
    found = predict("zprime", 1.0, None, 1e-2)
    assert found.ctau_mm == pytest.approx(MM_TIMES_GEV / found.width)
    assert predict("b-dark-baryon", 1.0).ctau_mm is None
    assert Production(1.0).valid


@pytest.mark.parametrize("energy", [0.05, 91.2])
def test_where_the_electron_has_mass_or_the_z_is_exchanged_nothing_holds(energy):
    found = predict("alp-photon", 0.01, sqrt_s=energy)
    assert not found.valid
    assert "from 0.1 to 40 GeV" in found.notes[-1]
