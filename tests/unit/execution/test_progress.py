"""The progress bar: on a terminal only, and for work that lasts."""

import io
import sys

import pytest

from gloam.execution import progress, progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Ten advances on a terminal, and what it shows; put in place during the test, as pytest captures between."""

    def draw(patience=-1.0, enabled=True, stop=False):
        screen = Terminal()
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr(progress, "PATIENCE", patience)
        with monkeypatch.context() as context:
            context.setattr(sys, "stderr", screen)
            advance_through(enabled, stop)
        return screen.getvalue()

    return draw


def advance_through(enabled=True, stop=False):
    try:
        with progress_bar("fits", 100, enabled) as advance:
            for _ in range(10):
                advance(10)
            if stop:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert stop


def test_nothing_is_drawn_where_there_is_no_terminal(capfd, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    advance_through()
    assert capfd.readouterr() == ("", "")


def test_nothing_is_drawn_when_disabled_or_for_short_work(on_terminal):
    assert not on_terminal(enabled=False)
    assert not on_terminal(patience=60.0)


def test_long_work_is_drawn_on_standard_error(on_terminal, capsys):
    shown = on_terminal()
    assert "fits" in shown
    assert "100/100" in shown
    assert not capsys.readouterr().out


@pytest.mark.parametrize("stop", [False, True])
def test_the_terminal_is_left_in_order(on_terminal, stop):
    shown = on_terminal(stop=stop)
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")  # the cursor is there again
    assert shown.endswith("\x1b[2K")  # and the bar wiped
