"""Messages of faults: what was asked, the value, what is allowed and what to do."""

import copy

import pytest

from gloam.errors import DegenerateFitError, GloamError, InputError, InterruptedRunError, one_of


def test_a_message_has_its_four_parts_in_order():
    fault = InputError("width of the signal", -0.1, "sigma > 0", "give the resolution")
    assert str(fault) == "width of the signal: got -0.1; allowed: sigma > 0. Give the resolution."
    assert (fault.asked, fault.value, fault.allowed, fault.remedy) == (
        "width of the signal", -0.1, "sigma > 0", "give the resolution",
    )  # fmt: skip


def test_a_remedy_keeps_its_capitals_and_gets_one_full_stop():
    assert str(InputError("a", "b", "c", "use --bin-width, not GeV.")).endswith(". Use --bin-width, not GeV.")


@pytest.mark.parametrize("kind", [InputError, DegenerateFitError])
def test_faults_travel_between_processes(kind):
    fault = kind("asked", 3, "allowed", "remedy")
    back = copy.copy(fault)  # by the same protocol as pickle
    assert type(back) is kind
    assert str(back) == str(fault)
    assert back.value == 3


@pytest.mark.parametrize(
    ("kind", "code"), [(GloamError, 1), (InputError, 2), (DegenerateFitError, 2), (InterruptedRunError, 3)]
)
def test_exit_codes(kind, code):
    assert kind.exit_code == code
    assert issubclass(kind, GloamError)


@pytest.mark.parametrize(
    ("options", "text"), [(["a"], "a"), (["a", "b"], "a or b"), (("a", "b", "c"), "a, b or c"), (iter("xy"), "x or y")]
)
def test_options_as_a_list(options, text):
    assert one_of(options) == text
