"""Which engine runs, and what is said where it cannot."""

import pytest

from gloam.errors import InputError
from gloam.kernel import chosen_engine, engine, running_engine
from gloam.kernel.library import library


@pytest.fixture(autouse=True)
def no_choice(monkeypatch):
    monkeypatch.delenv("GLOAM_ENGINE", raising=False)
    monkeypatch.delenv("GLOAM_INSTRUCTION_SET", raising=False)


@pytest.fixture
def not_built(monkeypatch):
    monkeypatch.setattr(engine, "library", lambda: None)


def test_the_compiled_engine_runs_where_it_was_built():
    assert chosen_engine().name == ("numpy" if library() is None else "compiled")


def test_numpy_can_be_chosen_and_names_no_instruction_set(monkeypatch):
    monkeypatch.setenv("GLOAM_ENGINE", "numpy")
    assert running_engine() == {"engine": "numpy", "instruction_set": None}


@pytest.mark.usefixtures("not_built")
def test_without_a_library_numpy_runs():
    assert running_engine() == {"engine": "numpy", "instruction_set": None}


@pytest.mark.usefixtures("not_built")
def test_asking_for_what_was_not_built_says_how_to_build_it(monkeypatch):
    monkeypatch.setenv("GLOAM_ENGINE", "compiled")
    with pytest.raises(InputError, match="make kernel"):
        chosen_engine()


def test_unknown_engines_and_instruction_sets_are_refused(monkeypatch):
    monkeypatch.setenv("GLOAM_ENGINE", "abacus")
    with pytest.raises(InputError, match="numpy or compiled"):
        chosen_engine()
    if library() is None:
        return
    monkeypatch.delenv("GLOAM_ENGINE")
    monkeypatch.setenv("GLOAM_INSTRUCTION_SET", "mmx")
    with pytest.raises(InputError, match="baseline"):
        chosen_engine()


@pytest.mark.skipif(library() is None, reason="the kernel was not built")
def test_less_than_the_processor_has_can_be_chosen(monkeypatch):
    monkeypatch.setenv("GLOAM_INSTRUCTION_SET", "baseline")
    assert chosen_engine().variant == 0
