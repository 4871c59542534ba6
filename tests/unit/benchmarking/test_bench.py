import json
import subprocess

import numpy as np
import pytest

from gloam.benchmarking import cold_start as cold
from gloam.benchmarking import dimuon as w1
from gloam.benchmarking import growth, scaling
from gloam.benchmarking.bench import run_bench
from gloam.benchmarking.peers import PEERS, PeerFits
from gloam.benchmarking.workloads import dimuon
from gloam.scans import batches, fit_scan

KEYS = {"machine", "engine", "instruction_set", "threads", "w1", "w2", "toys", "notes"}
W1_KEYS = {
    "seconds", "seconds_with_templates", "n_fits", "n_failed", "ratio_best_iminuit", "ratio_numba_stats", "ratio_pyhf",
}  # fmt: skip


@pytest.fixture(scope="module")
def quick():
    lines = []
    return run_bench(peers=False, quick=True, threads=1, report=lines.append), lines


def test_the_document_has_the_keys_of_the_interface(quick):
    document, _ = quick
    assert set(document) >= KEYS
    assert set(document["w1"]) >= W1_KEYS
    assert set(document["w2"]) >= {"seconds", "n_failed", "ratio_iminuit_limits"}
    assert document["w1"]["n_fits"] == 2 * 9788
    assert document["w1"]["n_failed"] == document["w2"]["n_failed"] == 0
    assert 0 < document["w1"]["seconds"] < document["w1"]["seconds_with_templates"] * 1.5
    assert set(document["toys"]) >= {"n", "seconds", "exact"}
    assert document["toys"]["n_failed"] == document["toys"]["exhaustive"]["n_failed"] == 0
    assert document["bayesian"]["n"] == 502
    assert document["bayesian"]["n_failed"] == document["coverage"]["n_failed"] == 0
    assert document["coverage"]["lowest"] > 0.93
    json.dumps(document)


def test_what_was_not_measured_is_null_with_a_reason(quick):
    document, lines = quick
    assert document["scaling"] is None
    assert document["w1"]["ratio_best_iminuit"] is None
    notes = "\n".join(document["notes"])
    assert "scaling" in notes
    assert "peers" in notes
    assert any("gloam" in line and "9788" in line for line in lines)


def test_absent_peers_are_left_out_with_a_note(monkeypatch):
    monkeypatch.setattr(w1, "missing_packages", list)
    notes = []
    assert w1._available(notes) == []
    assert len(notes) == len(PEERS)


def test_the_fits_alone_are_the_fits_of_the_scan():
    scan = dimuon()
    z = w1.fit_prepared([(batch.rows, batch.problem()) for batch in batches(scan)], threads=1)
    np.testing.assert_allclose(z, fit_scan(scan, threads=1).z_local, atol=1e-9)


def test_the_scaling_has_a_time_for_every_size(monkeypatch):
    for name in ("HYPOTHESES", "BINS", "COEFFICIENTS", "THREADS"):
        monkeypatch.setattr(scaling, name, getattr(scaling, name)[:2])
    found = scaling.time_scaling(rounds=1)
    assert set(found) == {"hypotheses", "bins", "coefficients", "threads"}
    assert all(time > 0 for times in found.values() for time in times.values())
    assert all(size in scaling.scaling_lines(found) for size in found["bins"])


def test_growth_has_time_and_memory_for_every_size():
    found = growth.time_growth(hypotheses=(400,), toys=(20,))
    assert found["hypotheses"]["400"]["microseconds"] > 0
    assert found["toys"]["20"]["microseconds"] > 0
    assert "400" in growth.growth_lines(found)


def test_agreement_counts_only_fits_that_the_peer_calls_valid():
    result = fit_scan(dimuon(), threads=1)
    rows = np.array([10, 20, 30])
    z = result.z_local[rows] + [0.2, 1e-4, 5.0]
    found = w1.agreement(PeerFits(np.zeros(3), z, np.array([True, True, False])), result, rows)
    assert found["invalid"] == 1
    assert found["off_by_0.1"] == 1
    assert found["max_dz"] == pytest.approx(0.2)


def test_cold_start_inputs_are_the_workload(tmp_path):
    events, widths = cold.write_inputs(tmp_path)
    masses = np.loadtxt(events, skiprows=1)
    axis = dimuon().spectrum.axes[0]
    np.testing.assert_array_equal(np.histogram(masses, axis.edges)[0], dimuon().spectrum.counts())
    assert widths.read_text().splitlines()[0] == "mass,sigma"


def test_a_command_that_fails_is_a_note(monkeypatch):
    failed = subprocess.CompletedProcess([], 2, "", "first\nno such option\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    notes = []
    assert cold.cold_start(notes) == {"significances": None, "limits": None}
    assert "no such option" in notes[0]
