"""Where searches are found: in the package, and through entry points of others."""

from importlib import metadata

import pytest

from gloam.errors import InputError
from gloam.searches import load_search, search_names
from gloam.searches.registry import BUILT_IN, GROUP, room_folder

DECLARATION = """
from gloam.searches import Search
from gloam.sourced import assumed

SEARCH = Search(
    name="dark_test", title="a test", process="none", experiment="none", data_kind="pseudo", data_source="nowhere",
    luminosity=None, observable={{"column": "M", "label": "m"}}, reference="none", status="a test",
    channels=({channel},),
)
"""
CHANNEL = """dict(
    name="low", title="low", data="low.npz", range=({low}, 2.0), bin_width={bins}, step=0.01, window=25,
    signal="{signal}", width=assumed(0.02, 0, "GeV", "test"), background="polynomial:2", background_reason="test",
)"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package that brings the search `dark_test`, as pip would."""

    def installed(source, module="dark_room", attribute="SEARCH"):
        (tmp_path / f"{module}.py").write_text(source)
        about = tmp_path / f"{module}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{GROUP}]\ndark_test = {module}:{attribute}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(__import__("sys").modules, module, raising=False)
        assert any(point.name == "dark_test" for point in metadata.entry_points(group=GROUP))

    return installed


def source(low=1.0, bins=0.01, signal="gaussian"):
    return DECLARATION.format(channel=CHANNEL.format(low=low, bins=bins, signal=signal))


def test_built_in_searches():
    assert set(BUILT_IN) <= set(search_names())
    assert search_names() == sorted(search_names())
    assert (room_folder("cms_dimuon") / "omega.npz").is_file()


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("cms_dimoun", "Did you mean cms_dimuon"), ("zzz", "`gloam list` shows them"), ("", "gloam list")],
)
def test_an_unknown_name_gets_a_hint(name, remedy):
    with pytest.raises(InputError, match=f"search: got '{name}'; allowed: .*cms_dimuon.*{remedy}"):
        load_search(name)


def test_an_installed_search_is_found(install, tmp_path):
    install(source())
    assert "dark_test" in search_names()
    assert load_search("dark_test").channels[0].name == "low"
    assert room_folder("dark_test") == tmp_path


def test_an_entry_point_may_name_its_search_otherwise(install):
    install(source().replace("SEARCH =", "OTHER ="), "dark_other", attribute="OTHER")
    assert load_search("dark_test").channels[0].name == "low"


def test_one_search_has_one_name(install):
    install(source().replace('"dark_test"', '"another"'), "dark_another")
    with pytest.raises(InputError, match="search 'dark_test': got a declaration of 'another'; allowed: one name"):
        load_search("dark_test")


def test_all_faults_of_an_installed_search_are_listed_with_their_paths(install):
    install(source(low=3.0, bins=-1, signal="gauss"), "dark_faults")
    words = r"declaration of search 'dark_test': got .*channels\.0\.range: .*channels\.0\.bin_width: .*correct these"
    with pytest.raises(InputError, match=f"(?i){words}"):
        load_search("dark_test")


def test_a_shape_there_is_not_is_among_them(install):
    install(source(bins=-1, signal="gauss"), "dark_shape")
    with pytest.raises(InputError, match=r"(?s)(?=.*channels\.0\.bin_width: )(?=.*channels\.0\.signal: .*'gauss')"):
        load_search("dark_test")


def test_something_else_than_a_search_is_refused(install):
    install("SEARCH = 3\n", "dark_number")
    with pytest.raises(InputError, match=r"search 'dark_test': got dark_number.SEARCH is a int; allowed: a Search"):
        load_search("dark_test")


@pytest.mark.parametrize(("text", "module"), [("", "dark_empty"), ("import there_is_no_such_module\n", "dark_broken")])
def test_a_package_that_cannot_be_loaded_is_named(install, text, module):
    install(text, module)
    with pytest.raises(InputError, match=f"search 'dark_test': got .*{module}|there_is_no_such_module"):
        load_search("dark_test")


def test_a_search_whose_module_is_gone_has_no_folder(monkeypatch):
    monkeypatch.setattr("gloam.searches.registry.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"no module .*an installed one"):
        room_folder("cms_dimuon")
