"""`gloam theory`: the keys of its JSON, its text, its refusals."""

import pytest

from gloam.theory import MODELS

from .test_bad_input import refused

KEYS = {
    "process", "cross_section", "cross_section_error", "processes", "widths", "branching_fractions", "delta_a_mu",
    "ctau_mm", "one_plus_delta", "valid", "notes", "reference",
}  # fmt: skip


def second(model):
    return ("--mass2", 1) if model == "dark-higgsstrahlung" else ()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("mass", [0.05, 2.5, 12.0])
def test_the_keys_of_every_model(gloam, model, mass):
    found = gloam("theory", model, "--mass", mass, "--coupling", 1e-3, *second(model), "--json")
    assert (found.code, found.err) == (0, "")
    document = found.document
    assert set(document) >= KEYS
    main = document["processes"][document["process"]]
    assert set(main) == {"cross_section", "error", "valid"}
    assert main["cross_section"] == document["cross_section"]
    assert (document["cross_section"] == 0) == (mass == 12)


@pytest.mark.parametrize("model", MODELS)
def test_text(gloam, model):
    found = gloam("theory", model, "--mass", 2, *second(model))
    assert found.code == 0
    assert " fb" in found.out
    assert "reference" in found.out
    assert "note" not in gloam("theory", model, "--mass", 2, *second(model), "--quiet").out


def test_the_default_coupling_is_one(gloam):
    found = gloam("theory", "zprime", "--mass", 3, "--json").document
    assert found["cross_section"] == pytest.approx(13710.9, rel=1e-5)


def test_radiation_with_and_without_a_cut(gloam):
    found = gloam("theory", "zprime", "--mass", 3, "--json").document
    assert found["one_plus_delta"] == pytest.approx(0.8590, abs=1e-4)
    assert found["one_plus_delta_inclusive"] == pytest.approx(0.9634, abs=1e-4)


def test_an_angular_range_and_an_energy(gloam):
    options = ("--mass", 3, "--coupling", 1e-3, "--angle-range", 0.9, "--json")
    found = gloam("theory", "dark-photon", *options).document
    assert found["cross_section"] == pytest.approx(5.5749, rel=1e-5)
    other = gloam("theory", "dark-photon", *options, "--sqrt-s", 10.0).document
    assert other["cross_section"] > found["cross_section"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("axion", "--mass", 1), ("alp-photon",)),
        (("zprime", "--mass", 0), ("mass",)),
        (("zprime", "--mass", "nan"), ("mass",)),
        (("zprime",), ("--mass",)),
        (("zprime", "--mass", 1, "--mass2", 1), ("second mass",)),
        (("dark-higgsstrahlung", "--mass", 1), ("--mass2",)),
        (("alp-photon", "--mass", 1, "--angle-range", 2), ("cos",)),
        (("zprime", "--mass", 1, "--photon-cut", -1), ("photon",)),
    ],
)
def test_refusals(gloam, arguments, words):
    refused(gloam("theory", *arguments), *words)
