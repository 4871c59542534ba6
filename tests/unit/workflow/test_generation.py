"""From a process to a file: what adds up while events pass by, and what does not depend on how they pass."""

import pytest

from gloam.detector import BELLE
from gloam.errors import InputError
from gloam.events import read_columns
from gloam.generation import generate, make_process
from gloam.workflow import generation
from gloam.workflow.generation import write_events

PROCESS = make_process("mumu-zprime", mass=3.0)


def test_the_file_has_the_events_and_the_outcome_their_sums(tmp_path, monkeypatch):
    monkeypatch.setattr(generation, "BATCH", 100)
    found = write_events(PROCESS, tmp_path / "z.npz", events=730, seed=9, sqrt_s=10.58)
    events, tally = generate(PROCESS, 730, seed=9)
    columns = read_columns(tmp_path / "z.npz", ["weight", "px_2", "E_3"])
    assert columns["px_2"].tolist() == events.momenta[:, 1, 1].tolist()
    assert columns["E_3"].tolist() == events.momenta[:, 2, 0].tolist()
    assert found["sum_of_weights"] == pytest.approx(events.weights.sum(), rel=1e-12)
    assert found["cross_section"] == pytest.approx(tally.cross_section, rel=1e-12)
    assert found["cross_section_error"] == pytest.approx(tally.cross_section_error, rel=1e-9)


@pytest.mark.parametrize("detector", [None, BELLE])
def test_batches_do_not_change_the_hash(tmp_path, monkeypatch, detector):
    hashes = set()
    for size in (1, 64, 10**6):
        monkeypatch.setattr(generation, "BATCH", size)
        found = write_events(PROCESS, tmp_path / "z.npz", events=300, seed=9, sqrt_s=10.58, threads=2,
                             detector=detector)  # fmt: skip
        hashes.add(found["sha256"])
    assert len(hashes) == 1


def test_a_name_that_cannot_be_written_costs_no_time(tmp_path, monkeypatch):
    monkeypatch.setattr(generation, "stream", lambda *_, **__: pytest.fail("events were drawn"))
    with pytest.raises(InputError, match="write events to"):
        write_events(PROCESS, tmp_path / "z.hepmc", events=10**9, seed=9, sqrt_s=10.58)


def test_an_energy_below_threshold_leaves_no_file(tmp_path):
    with pytest.raises(InputError, match="above the threshold"):
        write_events(PROCESS, tmp_path / "z.npz", events=10, seed=9, sqrt_s=3.0)
    assert not list(tmp_path.iterdir())
