"""`gloam limit` and `gloam significance`: every method, the keys of their JSON, refusals."""

import json
from typing import get_args

import pytest
from scipy.stats import norm

from gloam.statistics import CountingMethod

from .test_bad_input import refused

KEYS = {"method", "level", "lower", "upper", "upper_error", "expected", "inputs", "reference"}


@pytest.mark.parametrize("method", get_args(CountingMethod))
def test_every_method_limits_a_count(gloam, method):
    found = gloam(
        "limit", "counting", "--observed", 3, "--background", 1.2, "--level", 0.9, "--method", method, "--json"
    )
    assert (found.code, found.err) == (0, "")
    document = found.document
    assert set(document) >= KEYS
    assert document["method"] == method
    assert 0 <= document["lower"] < document["upper"]
    assert (document["upper_error"] > 0) == (method == "cls-toys")
    assert document["expected"] < document["upper"]


@pytest.mark.parametrize("method", get_args(CountingMethod))
@pytest.mark.parametrize("constraint", [(), ("--constraint", "gaussian")])
def test_every_method_limits_a_count_over_a_measured_background(gloam, method, constraint):
    options = (
        ("--efficiency", 0.5) if method == "feldman-cousins" else ("--efficiency", 0.5, "--efficiency-error", 0.04)
    )
    found = gloam("limit", "onoff", "--on", 3, "--off", 12, "--tau", 6, *options, *constraint,
                  "--level", 0.9, "--method", method, "--json")  # fmt: skip
    assert (found.code, found.err) == (0, "")
    assert set(found.document) >= KEYS
    assert found.document["upper"] > 4


@pytest.mark.parametrize(
    ("options", "key", "value", "digits"),
    [
        ("counting --observed 0 --background 3 --level 0.9 --method feldman-cousins", "upper", 1.08, 0.005),
        ("counting --observed 0 --background 3 --level 0.9 --method feldman-cousins --belt raw", "upper", 0.95, 0.005),
        ("counting --observed 3 --background 3 --level 0.9 --method feldman-cousins", "sensitivity", 4.42, 0.005),
        ("counting --observed 1 --background 0 --background-error 1 --efficiency 0.65 --level 0.8 --method profile",
         "upper", 4.91504, 1.5e-5),
        ("counting --observed 0 --background 0 --efficiency-error 0.2 --level 0.9 --method cousins-highland",
         "upper", 2.4197, 5e-5),
        ("counting --observed 3 --background 0 --level 0.6827 --method bayes --interval shortest",
         "lower", 1.5531, 5e-5),
        ("counting --observed 1 --background 0 --level 0.9 --method bayes --prior jeffreys", "upper", 3.1257, 5e-5),
        ("onoff --on 10 --off 3 --tau 2.5 --efficiency 0.9 --efficiency-error 0.05 --level 0.95 --method profile",
         "upper", 18.4583, 5e-5),
        ("onoff --on 1 --off 7 --tau 5 --efficiency 0.25 --level 0.68 --method profile", "upper", 4.0880, 5e-5),
    ],
)  # fmt: skip
def test_published_numbers(gloam, options, key, value, digits):
    found = gloam("limit", *options.split(), "--json")
    assert found.code == 0, found.err
    assert found.document[key] == pytest.approx(value, abs=digits)


def test_independent_systematics_add_up(gloam):
    def upper(*options):
        return gloam("limit", "onoff", "--on", 3, "--off", 12, "--tau", 6, *options, "--level", 0.9,
                     "--method", "bayes", "--json").document["upper"]  # fmt: skip

    both = upper("--syst", "tag=0.3", "--syst", "tracks=0.2:signal", "--syst", "shape=0.25:background")
    assert both > upper("--syst", "tag=0.3", "--background-error", 0.25) > upper("--syst", "tag=0.3") > upper()


def test_the_edge_of_a_log_flat_prior_is_shown(gloam):
    options = "counting --observed 1 --background 1 --level 0.9 --method bayes --prior logflat --prior-range 0.1 1000"
    document = gloam("limit", *options.split(), "--json").document
    uppers = [each["upper"] for each in document["lower_edge_sensitivity"]]
    assert uppers[0] == document["upper"]
    assert uppers == sorted(uppers, reverse=True)
    assert "lower_edge_sensitivity" in gloam("limit", *options.split()).out


def test_limit_in_words(gloam):
    found = gloam("limit", "counting", "--observed", 2, "--background", 3, "--level", 0.9, "--method", "cls-toys")
    assert found.code == 0
    assert "(toys)" in found.out
    assert "reference: Read" in found.out


def test_significance(gloam):
    found = gloam("significance", "onoff", "--on", 4, "--off", 5, "--tau", 5, "--json")
    assert found.document["z_profile"] == pytest.approx(1.94730, abs=5e-6)
    assert found.document["z_bi"] == pytest.approx(1.66435, abs=5e-6)
    assert found.document["p_value"] == pytest.approx(0.0480215, abs=5e-8)
    none = gloam("significance", "onoff", "--on", 0, "--off", 5, "--tau", 5, "--json").document
    assert (none["z_bi"], none["p_value"]) == (None, 1)
    assert "z_profile 1.94730" in gloam("significance", "onoff", "--on", 4, "--off", 5, "--tau", 5).out


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("limit counting --observed -1 --background 1 --level 0.9 --method cls", ["observed count", "-1"]),
        ("limit counting --observed 1.5 --background 1 --level 0.9 --method cls", ["whole number"]),
        ("limit counting --observed 1 --background -1 --level 0.9 --method cls", ["background", "-1"]),
        ("limit counting --observed 1 --background nan --level 0.9 --method cls", ["background", "nan"]),
        ("limit counting --observed 1 --background 1 --level 90 --method cls", ["90", "0.90"]),
        ("limit counting --observed 1 --background 1 --level 0.9 --method guess", ["guess"]),
        ("limit counting --observed 1 --background 1 --level 0.9", ["--method"]),
        ("limit counting --observed 1 --background 0 --background-error 1 --level 0.9 --method cls", ["gaussian"]),
        ("limit counting --observed 1 --background 1 --level 0.9 --method cls --prior jeffreys", ["--prior", "bayes"]),
        ("limit counting --observed 1 --background 1 --level 0.9 --method cls --toys 5000", ["--toys", "cls-toys"]),
        ("limit counting --observed 1 --background 1 --level 0.9 --method bayes --prior logflat", ["range"]),
        ("limit counting --observed 1 --background 1 --efficiency 0 --level 0.9 --method cls", ["efficiency"]),
        (
            "limit counting --observed 1 --background 1 --level 0.9 --method cls --interval central",
            ["central", "upper"],
        ),
        ("limit onoff --on 1 --off 1 --tau 0 --level 0.9 --method cls", ["tau"]),
        ("limit onoff --on 1 --off 1 --tau 1 --efficiency 0 --level 0.9 --method cls", ["efficiency"]),
        ("limit onoff --on 1 --off 1 --tau 1 --syst tag --level 0.9 --method cls", ["--syst", "tag=0.086:signal"]),
        ("limit onoff --on 1 --off 1 --tau 1 --syst a=0.1 --syst a=0.1:background --level 0.9 --method cls", ["twice"]),
        ("limit onoff --on 1 --off 1 --tau 1 --efficiency-error -1 --level 0.9 --method cls", ["-1"]),
        ("significance onoff --on 1 --off -2 --tau 1", ["off count", "-2"]),
        ("significance onoff --on 1 --off 2 --tau nan", ["tau", "nan"]),
    ],
)
def test_bad_input(gloam, command, words):
    refused(gloam(*command.split()), *words)


GLOBAL = ("significance", "global")


@pytest.mark.parametrize(("z", "p"), [(3, 0.12637), (5, 4.22262e-5)])
def test_the_stationary_scan(gloam, z, p):
    """The exact up-crossings of a scan over 100 resolutions."""
    found = gloam(*GLOBAL, "--z-local", z, "--length", 100, "--width", 1, "--json").document
    assert found["p_global"] == pytest.approx(p, rel=1e-4)
    assert norm.sf(found["z_global"]) == pytest.approx(found["p_global"], rel=1e-9)
    assert found["p_global_estimate"] <= found["p_global"]


def test_the_summary_of_a_run(gloam, tmp_path):
    numbers = {"p_global": 0.2, "z_global": 0.84, "notes": ["p_global: from crossings.", "other"]}
    (tmp_path / "summary.json").write_text(json.dumps(numbers))
    found = gloam(*GLOBAL, "--run", tmp_path, "--json").document
    assert (found["p_global"], found["toys"], found["notes"]) == (0.2, None, ["p_global: from crossings."])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["Give one of the two"]),
        (("--z-local", 3, "--length", 100), ["Give one of the two"]),
        (("--run", ".", "--z-local", 3), ["Give one of the two"]),
        (("--z-local", 3, "--length", -1, "--width", 1), ["a number > 0"]),
        (("--run", "nowhere"), ["no summary.json"]),
    ],
)
def test_what_a_global_significance_refuses(gloam, arguments, words):
    refused(gloam(*GLOBAL, *arguments), *words)
