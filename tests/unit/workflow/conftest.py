"""One run of the real data for all tests of a worker."""

import pytest

from gloam.workflow import run, write_run


@pytest.fixture(scope="session")
def dimuon():
    return run("cms_dimuon")


@pytest.fixture(scope="session")
def folder(dimuon, tmp_path_factory):
    directory = tmp_path_factory.mktemp("run") / "deeper" / "cms_dimuon"
    write_run(dimuon, directory, figures=False, seed=11)
    return directory
