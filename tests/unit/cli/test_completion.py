"""Completion: bash itself completes, by the script that we print; the scripts of the others are theirs."""

import os
import shutil
import subprocess
import sys

import pytest

from gloam.cli import COMMANDS, cli
from gloam.searches import search_names

BASH = shutil.which("bash")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with a command `gloam` that is this one."""
    folder = tmp_path_factory.mktemp("completion")
    command = folder / "gloam"
    command.write_text(f'#!{BASH}\nexec {sys.executable} -m gloam "$@"\n')
    command.chmod(0o755)
    return folder


def completed(here, *words):
    """What bash offers for the last of the words."""
    script = """
    eval "$(gloam completion bash)"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    function compopt { echo "$*"; }
    _gloam_completion gloam
    printf "%s\\n" "${COMPREPLY[@]}"
    """
    environment = os.environ | {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    command = [str(BASH), "-c", script, "bash", "gloam", *words]
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=True)
    assert not done.stderr
    return done.stdout.split()


@pytest.mark.skipif(BASH is None, reason="no bash on this machine")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("unb",), ["unblind"]),
        (("run", "cms_"), ["cms_dimuon"]),
        (("scan", "x.csv", "--meth"), ["--method"]),
        (("scan", "x.csv", "--method", "prof"), ["profile"]),
        (("scan", "events_"), ["-o", "default"]),  # bash completes names of files itself
        (("export", "runs"), ["-o", "dirnames"]),
        (("limit", "counting", "--obs"), ["--observed"]),
        (("scan", "--nothing-like-this"), []),
    ],
    ids=str,
)
def test_bash_completes(here, words, offered):
    assert completed(here, *words) == offered


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete -o"), ("zsh", "#compdef gloam"), ("fish", "complete ")])
def test_there_is_a_script_for_each_shell(gloam, shell, word):
    found = gloam("completion", shell)
    assert found.code == 0
    assert word in found.out
    assert "_GLOAM_COMPLETE" in found.out
    assert gloam("completion", shell, "--json").document == {"shell": shell, "script": found.out.removesuffix("\n")}


def test_other_shells_are_refused(gloam):
    refused = gloam("completion", "tcsh")
    assert refused.code == 2
    assert "bash" in refused.err


def items(command, parameter, incomplete):
    import click

    context = click.Context(cli.get_command(click.Context(cli), command))
    (found,) = [each for each in context.command.params if each.name == parameter]
    return [(item.value, item.type) for item in found.shell_complete(context, incomplete)]


def test_searches_runs_and_files():
    assert [name for name, _ in items("show", "search", "")] == search_names()
    assert items("bias", "target", "runs/x") == [("runs/x", "dir")]
    assert items("run", "data", "ev") == [("ev", "file")]


def test_commands_are_completed_without_importing_them():
    import click

    found = cli.shell_complete(click.Context(cli), "s")
    assert [item.value for item in found] == [name for name in COMMANDS if name.startswith("s")]
    assert "--version" in [item.value for item in cli.shell_complete(click.Context(cli), "--v")]
