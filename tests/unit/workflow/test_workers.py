"""Studies, generation and preparation by workers: the same bits as one process, also when a worker is killed."""

import dataclasses
from itertools import chain

import numpy as np
import pytest

from gloam.calibration import simulated_pieces
from gloam.detector import BELLE2
from gloam.errors import InputError
from gloam.execution import open_workers
from gloam.generation import make_process, stream
from gloam.searches import load_search
from gloam.workflow import load_run, write_run
from gloam.workflow.bias import bias_of_run, bias_summary
from gloam.workflow.coverage import coverage_of_run, coverage_summary
from gloam.workflow.generation import write_events
from gloam.workflow.jagged_generation import write_pythia_events
from gloam.workflow.prepare import prepare
from gloam.workflow.scan_file import ScanRequest, scan_file
from gloam.workflow.studies import Amount
from gloam.workflow.toys import ToyRequest, make_toys

AMOUNTS = (Amount(0.0, True), Amount(1.0, True))
MASSES = (9.2, 9.3, 9.4)
STUDIES = ((bias_of_run, bias_summary), (coverage_of_run, coverage_summary))

pytestmark = pytest.mark.filterwarnings("ignore")  # of Dask about its own sockets and processes


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The directory of a small run."""
    path = tmp_path_factory.mktemp("small")
    np.savez(path / "events.npz", M=np.random.default_rng(2).uniform(9.0, 9.7, 3000))
    request = ScanRequest(
        str(path / "events.npz"), column="M", width="0.02", ends=(9.0, 9.7), background="polynomial:1",
        step=(0.1, False), window=(10.0, True),
    )  # fmt: skip
    write_run(scan_file(request), path / "run", figures=False)
    return path / "run"


@pytest.fixture(scope="module")
def run(source):
    return load_run(source)


@pytest.fixture
def on_cluster(cluster):
    with open_workers(scheduler=cluster.scheduler_address) as pool:
        yield pool


@pytest.fixture(scope="module")
def processes():
    with open_workers(2) as pool:
        yield pool


@pytest.fixture(params=["processes", "on_cluster"])
def workers(request):
    """Two processes, or the workers of a cluster."""
    return request.getfixturevalue(request.param)


def test_bias_and_coverage_are_those_of_one_process(run, source, workers):
    for study, summary in STUDIES:
        alone = study(run, AMOUNTS, MASSES, toys=30, seed=3)
        found = study(run, AMOUNTS, MASSES, toys=30, seed=3, source=str(source), workers=workers)
        assert summary(found) == summary(alone)
        assert summary(study(run, AMOUNTS, MASSES, toys=30, seed=3, threads=3)) == summary(alone)
    other = dataclasses.replace(run, hashes=run.hashes | {"data": "0"})
    with pytest.raises(InputError, match="on a worker: got another declaration or other data"):
        bias_of_run(other, AMOUNTS, MASSES, toys=5, source=str(source), workers=workers)
    with pytest.raises(InputError, match="no source of the run"):
        bias_of_run(run, AMOUNTS, MASSES, toys=5, workers=workers)


@pytest.mark.statistical  # on a busy machine it once waited for a worker without an end
def test_studies_and_toys_lose_nothing_with_a_worker(run, source, on_cluster, kill_one):
    for study, summary in STUDIES:
        finished = []

        def progress(masses, finished=finished):
            finished.append(masses)
            kill_one()

        found = study(
            run, AMOUNTS, MASSES, toys=30, seed=3, source=str(source), workers=on_cluster, progress=progress
        )  # fmt: skip
        assert sum(finished) == 3
        assert summary(found) == summary(study(run, AMOUNTS, MASSES, toys=30, seed=3))
    toys = make_toys(run, ToyRequest(600, seed=1), directory=source, workers=on_cluster)
    np.testing.assert_array_equal(toys.largest, make_toys(run, ToyRequest(600, seed=1)).largest)


def test_events_and_what_a_detector_sees_are_those_of_one_process(workers, tmp_path):
    process = make_process("mumugamma", isr=0.5)
    alone, found = (
        write_events(process, tmp_path / "e.npz", events=3000, seed=4, sqrt_s=10.58, detector=BELLE2, workers=who)
        for who in (None, workers)
    )
    assert found == alone


@pytest.mark.statistical  # on a busy machine it once waited for a worker without an end
def test_generation_loses_nothing_with_a_worker(on_cluster, kill_one):
    process = make_process("mumu-zprime", mass=3.0)
    parts = stream(process, 60_000, seed=2, batch_size=5000, workers=on_cluster)
    first = next(parts)
    kill_one()
    found = np.concatenate([part.events.momenta for part in chain([first], parts)])
    alone = np.concatenate([part.events.momenta for part in stream(process, 60_000, seed=2)])
    np.testing.assert_array_equal(found, alone)


def test_mixed_tau_decays_are_those_of_one_process(on_cluster):
    process = make_process("tautau", isr=1.0)
    alone, found = (
        [(piece.found, piece.tally) for piece in simulated_pieces(
            process, BELLE2, len, events=3000, seed=1, tau_decays="leptons", workers=who
        )] for who in (None, on_cluster)
    )  # fmt: skip
    assert found == alone


def test_pythia_is_the_same_everywhere(on_cluster, tmp_path):
    pytest.importorskip("pythia8mc", reason="needs the extra generators")
    alone, found = (
        write_pythia_events("mumu", tmp_path / "e.npz", events=1200, seed=4, sqrt_s=10.0, workers=who)
        for who in (None, on_cluster)
    )
    assert found == alone
    assert found["cross_section_error"] > 0


def test_a_preparation_is_that_of_one_process(workers, monkeypatch):
    monkeypatch.setattr("gloam.workflow.prepare.LEAST_OF_A_BACKGROUND", 2000)
    declared = load_search("belle2_alp_3gamma").preparation
    spectrum = declared.spectra[0].model_copy(update={"masses": (1.0,)})
    declared = declared.model_copy(update={"spectra": (spectrum,), "backgrounds": declared.backgrounds[:1]})
    alone, found = (prepare(declared, scale=1e-6, workers=who) for who in (None, workers))
    assert found.flows == alone.flows
    (one,), (other,) = alone.scans.values(), found.scans.values()
    for each in dataclasses.fields(one):
        np.testing.assert_array_equal(getattr(other, each.name), getattr(one, each.name), err_msg=each.name)


def test_a_process_made_by_hand_does_not_travel(processes):
    made = dataclasses.replace(make_process("4mu"), again=None)
    with pytest.raises(TypeError, match="4mu was made by hand"):
        next(stream(made, 10, seed=1, workers=processes))


@pytest.mark.parametrize("name", ["belle2_dark_higgsstrahlung", "belle2_tautau_resonance", "belle_zprime_mumu",
                                  "belle_b0_dark_photons", "belle_b0_lambda_dark_baryon"])  # fmt: skip
def test_what_is_declared_for_a_preparation_travels(name):
    import pickle  # noqa: TID251

    assert pickle.loads(pickle.dumps(load_search(name).preparation)).seed  # noqa: S301
