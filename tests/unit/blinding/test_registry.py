"""Registries: two of them know each record, the one that hides more is believed, a damaged one stops everything."""

import json
from dataclasses import replace

import pytest

from gloam.blinding import BlindRecord, Opening, known_records, register, registries, require_open, update
from gloam.errors import InputError

RECORD = BlindRecord("x.csv", "00", ("a",), None, "M", ((9.4, 9.5),), date="2026")
OPEN = replace(RECORD, openings=(Opening("a", "b", "c"),))


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("GLOAM_BLIND", str(tmp_path / "user" / "blind.json"))
    (tmp_path / "data").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = tmp_path / "data" / "x.csv"
    path.write_text("M\n1\n")
    return path


def test_a_record_is_written_twice_and_known_once(data):
    assert known_records(data) == []
    written = register(data, RECORD)
    assert [path.name for path in written] == ["blind.json", ".gloam-blind.json"]
    assert written[1].parent == data.parent
    assert registries(data) == written
    assert known_records(data) == [RECORD]


def test_each_registry_alone_is_enough(data, tmp_path):
    user, beside = register(data, RECORD)
    user.unlink()
    assert known_records(data) == [RECORD]
    register(data, replace(RECORD, date="2027"))
    beside.unlink()
    assert [record.date for record in known_records(data)] == ["2027"]
    assert known_records(tmp_path / "elsewhere.csv") != []


def test_registries_above_the_data_and_above_the_present_folder_count(data, tmp_path, monkeypatch):
    _, beside = register(data, RECORD)
    (tmp_path / "user" / "blind.json").unlink()
    deeper = data.parent / "a" / "b"
    deeper.mkdir(parents=True)
    assert known_records(deeper / "y.csv") == [RECORD]
    assert known_records(tmp_path / "y.csv") == []
    monkeypatch.chdir(deeper)
    assert known_records(tmp_path / "y.csv") == [RECORD]
    assert registries(deeper / "y.csv") == [beside]


def test_the_registry_that_hides_more_is_believed(data):
    user, _ = register(data, RECORD)
    assert len(update(data, lambda _: OPEN)) == 2
    assert known_records(data) == [OPEN]
    user.write_text(json.dumps({"blinded": [RECORD.as_document()]}))
    assert known_records(data) == [RECORD]


def test_a_folder_that_cannot_be_written_to_has_its_registry_here(data, monkeypatch, tmp_path):
    monkeypatch.setattr("os.access", lambda *_: False)
    assert register(data, RECORD)[1] == tmp_path / "here" / ".gloam-blind.json"


@pytest.mark.parametrize("text", ["", "{}", '{"blinded": [{"colour": 3}]}', "[1]"])
def test_a_damaged_registry_stops_everything(data, text):
    register(data, RECORD)[1].write_text(text)
    with pytest.raises(InputError, match=r"read the registry of blinded data .*Restore it"):
        known_records(data)


def test_the_registry_of_the_user_has_a_usual_place(data, monkeypatch, tmp_path):
    monkeypatch.delenv("GLOAM_BLIND")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setattr("sys.platform", "linux")
    assert register(data, RECORD)[0] == tmp_path / "share" / "gloam" / "blind.json"


def test_files_of_blinded_content_are_refused_by_their_hash(data):
    register(data, RECORD)
    require_open(data, None)
    require_open(data, "11")
    with pytest.raises(InputError, match=r"all of the blinded data of x\.csv"):
        require_open(data, "00")
    update(data, lambda _: OPEN)
    require_open(data, "00")
