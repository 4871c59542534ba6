"""Counts, levels and uncertainties at their ends, on the command line: the right answer, or one clear refusal."""

import math

import pytest
from scipy import stats

from .test_bad_input import refused

LN10 = math.log(10)

ANSWERS = [
    # nothing seen, nothing expected: -ln(1 - level), half the normal quantile squared for a profile
    ("limit counting --observed 0 --background 0 --level 0.999 --method classical", "upper", math.log(1e3)),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method cls", "upper", math.log(1e6)),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method bayes", "upper", math.log(1e6)),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method cousins-highland", "upper", math.log(1e6)),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method profile", "upper",
     stats.chi2.isf(1e-6, 1) / 2),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method bayes --prior jeffreys", "upper",
     stats.chi2.isf(1e-6, 1) / 2),
    ("limit onoff --on 0 --off 0 --tau 1 --level 0.9 --method profile", "upper", stats.chi2.isf(0.1, 1) / 2),
    ("limit onoff --on 0 --off 0 --tau 1e-6 --level 0.9 --method cls", "upper", LN10),
    # -ln L is s^2 / 2 up to s = 1 and s - 1/2 above, where the background has gone to -1
    ("limit counting --observed 0 --background 0 --background-error 1 --level 0.9 --method profile", "upper",
     stats.chi2.isf(0.1, 1) / 2 + 0.5),
    # events without background
    ("limit counting --observed 5 --background 0 --level 0.999999 --method classical", "upper",
     stats.chi2.isf(1e-6, 12) / 2),
    ("limit counting --observed 5 --background 0 --level 0.9 --method bayes --prior jeffreys", "upper",
     stats.chi2.ppf(0.9, 11) / 2),
    # tau at its ends: the background is a number, or nothing is known of it and what is seen cannot be background
    ("limit onoff --on 3 --off 0 --tau 1e6 --level 0.9 --method cls", "upper", stats.chi2.ppf(0.9, 8) / 2),
    ("limit onoff --on 0 --off 9 --tau 1e-6 --level 0.9 --method cls", "upper", LN10),
    ("limit onoff --on 0 --off 9 --tau 1e-6 --level 0.9 --method bayes", "upper", LN10),
    ("significance onoff --on 5 --off 0 --tau 1e6", "p_value", (1 + 1e6) ** -5.0),
    ("significance onoff --on 5 --off 0 --tau 1e-6", "p_value", (1 + 1e-6) ** -5.0),
    ("significance onoff --on 5 --off 0 --tau 1e300", "log10_p_value", -1500.0),
    # nothing seen of a large background: it cancels
    ("limit counting --observed 0 --background 1e9 --level 0.9 --method cls", "upper", LN10),
    ("limit counting --observed 0 --background 30 --background-error 30 --level 0.9 --method bayes", "upper", LN10),
    # a billion events
    ("limit counting --observed 1000000000 --background 0 --level 0.9 --method classical", "upper",
     stats.chi2.isf(0.1, 2e9 + 2) / 2),
    ("significance onoff --on 1000000000 --off 1000000000 --tau 1", "z_profile", 0.0),
    ("significance onoff --on 1000000000 --off 0 --tau 1", "log10_p_value", -1e9 * math.log10(2)),
    ("significance onoff --on 0 --off 1000000000 --tau 1", "p_value", 1.0),
    # the global p-value: N(z) = L / (2 sqrt(2) pi sigma) exp(-z^2 / 2)
    ("significance global --z-local 9 --length 100 --width 1", "p_global",
     stats.norm.sf(9) + 100 / (2 * math.sqrt(2) * math.pi) * math.exp(-40.5)),
    ("significance global --z-local 40 --length 1 --width 1e300", "z_global", 40.0),
    ("significance global --z-local 3 --length 1e9 --width 1", "p_global", 1.0),
    ("significance global --z-local -9 --length 100 --width 1", "p_global_estimate", 1.0),
]  # fmt: skip


@pytest.mark.parametrize(("command", "key", "value"), ANSWERS)
def test_right_at_the_ends(gloam, command, key, value):
    found = gloam(*command.split(), "--json")
    assert (found.code, found.err) == (0, "")
    assert found.document[key] == pytest.approx(value, rel=1e-6, abs=1e-12)


METHODS = ("classical", "bayes", "cousins-highland", "cls", "profile", "feldman-cousins", "cls-toys")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "what",
    [
        "counting --observed 2 --background 1 --efficiency 0.5 --efficiency-error 0.5",
        "counting --observed 2 --background 1 --background-error 1",
        "onoff --on 3 --off 2 --tau 1e6",
        "onoff --on 0 --off 0 --tau 100",
    ],
)
def test_every_method_at_uncertainties_of_a_hundred_per_cent_and_any_tau(gloam, method, what):
    found = gloam("limit", *what.split(), "--level", 0.68, "--method", method, "--json")
    assert (found.code, found.err) == (0, "")
    assert 0 <= found.document["lower"] < found.document["upper"]


@pytest.mark.parametrize("method", METHODS[:5])
def test_a_billion_events_over_a_measured_background(gloam, method):
    """Of the Gaussian of width sqrt(n + n): one tail of 10 %, or two of 5 % (CLs halves at no excess)."""
    found = gloam("limit", "onoff", "--on", 10**9, "--off", 10**9, "--tau", 1, "--level", 0.9, "--method", method,
                  "--json")  # fmt: skip
    assert (found.code, found.err) == (0, "")
    tail = 0.1 if method in {"classical", "cousins-highland"} else 0.05
    assert found.document["upper"] == pytest.approx(stats.norm.isf(tail) * math.sqrt(2e9), rel=1e-4)


def test_a_profile_of_many_counts_has_no_expected_limit_and_says_so(gloam):
    command = "limit onoff --on 1000000000 --off 1000000 --tau 0.001 --background-error 0.1 --syst a=0.1 --level 0.9"
    found = gloam(*command.split(), "--method", "profile", "--json")
    assert found.document["upper"] > 1e8
    assert found.document["expected"] is None
    assert any(note.startswith("expected: null") for note in found.document["notes"])
    assert "nan" not in gloam(*command.split(), "--method", "profile").out
    refused(gloam(*command.split(), "--method", "cls"), "use the profile likelihood")


def test_an_empty_unified_interval_is_named(gloam):
    command = "limit onoff --on 3 --off 2 --tau 1e-6 --level 0.9 --method feldman-cousins"
    found = gloam(*command.split(), "--json")
    assert found.document["upper"] == 0
    assert any("improbable with any signal" in note for note in found.document["notes"])


COUNTING = "limit counting --level 0.9 --method cls"
ON_OFF = "limit onoff --level 0.9 --method cls"
REFUSALS = [
    (f"{COUNTING} --observed -1 --background 1", ["observed count", "-1"]),
    (f"{COUNTING} --observed nan --background 1", ["observed count", "nan"]),
    (f"{COUNTING} --observed inf --background 1", ["observed count", "inf"]),
    (f"{COUNTING} --observed 1e16 --background 1", ["observed count", "1e+16"]),
    (f"{COUNTING} --observed 2.5 --background 1", ["whole number"]),
    (f"{COUNTING} --observed 1 --background inf", ["background", "inf"]),
    (f"{COUNTING} --observed 1 --background 1e300", ["background", "1e+300"]),
    (f"{COUNTING} --observed 1 --background 1e14", ["does not fit the count"]),
    (f"{COUNTING} --observed 1 --background 0 --background-error 1", ["background of 0", "Gaussian"]),
    (f"{COUNTING} --observed 1 --background 1 --background-error nan", ["error of the background", "nan"]),
    (f"{COUNTING} --observed 1 --background 1 --background-error -1", ["error of the background", "-1"]),
    (f"{COUNTING} --observed 1 --background 1 --efficiency 0", ["efficiency", "0"]),
    (f"{COUNTING} --observed 1 --background 1 --efficiency -0.5", ["efficiency", "-0.5"]),
    (f"{COUNTING} --observed 1 --background 1 --efficiency nan", ["efficiency", "nan"]),
    (f"{COUNTING} --observed 1 --background 1 --efficiency-error inf", ["error of the efficiency", "inf"]),
    (f"{COUNTING} --observed 1 --background one", ["'one'"]),
    (f"{ON_OFF} --on 1 --off -1 --tau 1", ["off count", "-1"]),
    (f"{ON_OFF} --on 1 --off 1.5 --tau 1", ["off count", "1.5"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 0", ["tau", "0"]),
    (f"{ON_OFF} --on 1 --off 1 --tau -1", ["tau", "-1"]),
    (f"{ON_OFF} --on 1 --off 1 --tau inf", ["tau", "inf"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 1e-300", ["off region"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 1 --efficiency 0", ["efficiency", "0"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 1 --background-error nan", ["nan"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 1 --background-error inf", ["inf"]),
    (f"{ON_OFF} --on 1 --off 1 --tau 1 --syst a=inf", ["a=inf"]),
    ("limit counting --observed 0 --background 0 --level 0 --method cls", ["level", "0.90"]),
    ("limit counting --observed 0 --background 0 --level 1 --method cls", ["level", "0.90"]),
    ("limit counting --observed 0 --background 0 --level nan --method cls", ["level", "nan"]),
    ("limit counting --observed 0 --background 0 --level 0.999999 --method cls-toys", ["beyond the limit", "more"]),
    ("limit counting --observed 0 --background 100 --level 0.9 --method cls-toys", ["without a signal", "cls"]),
    ("limit counting --observed 2 --background 1 --efficiency-error 1 --constraint gaussian --level 0.9 --method bayes",
     ["normalised", "log-normal"]),
    ("limit onoff --on 1000000 --off 1000000 --tau 1 --level 0.9 --method feldman-cousins", ["outcomes", "profile"]),
    ("significance onoff --on 1 --off inf --tau 1", ["off count", "inf"]),
    ("significance onoff --on 0.5 --off 1 --tau 1", ["on count", "0.5"]),
    ("significance onoff --on 1 --off 1 --tau 0", ["tau", "0"]),
    ("significance global --z-local nan --length 100 --width 1", ["local significance", "nan"]),
    ("significance global --z-local 1e200 --length 100 --width 1", ["local significance", "1e+200"]),
    ("significance global --z-local 3 --length 0 --width 1", ["length", "0"]),
    ("significance global --z-local 3 --length inf --width 1", ["length", "inf"]),
    ("significance global --z-local 3 --length 100 --width 0", ["width", "0"]),
    ("significance global --z-local 3 --length 1e300 --width 1e-300", ["length", "unit"]),
]  # fmt: skip


@pytest.mark.parametrize(("command", "words"), REFUSALS)
def test_refused_at_the_ends(gloam, command, words):
    refused(gloam(*command.split(), "--json"), *words)
