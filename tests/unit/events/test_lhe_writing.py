"""Les Houches files of ours: read back the same, with the mothers of decays and the mean weight of the standard."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events import LheSample, read_lhe, write_lhe
from gloam.events.jagged import jagged, joined_jagged
from gloam.generation import generate, make_process

pylhe = pytest.importorskip("pylhe")


def sample_of(name, weighted=True, **settings):
    batch, tally = generate(make_process(name, **settings), 20, seed=1, weighted=weighted)
    return batch, LheSample.of(batch, tally.cross_section, tally.cross_section_error, 10.58)


@pytest.mark.parametrize("suffix", [".lhe", ".lhe.gz"])
@pytest.mark.parametrize(("name", "settings"), [
    ("mumu-zprime", {"mass": 5.0, "decay": "tautau", "tau_decay": "erho", "isr": 2.0}), ("3gamma", {}),
])  # fmt: skip
def test_what_is_written_is_read_back(tmp_path, name, settings, suffix):
    batch, sample = sample_of(name, **settings)
    found = read_lhe(write_lhe(tmp_path / f"events{suffix}", sample))
    np.testing.assert_array_equal(found.events.momenta, sample.events.momenta)
    assert found.events.batch().particles == batch.particles
    np.testing.assert_allclose(found.events.weights * 1e3, batch.weights * sample.cross_section / batch.weights.mean())
    assert found.cross_section == pytest.approx(sample.cross_section, rel=1e-14)
    assert found.cross_section_error == pytest.approx(sample.cross_section_error, rel=1e-14)
    assert found.sqrt_s == 10.58


def test_pylhe_sees_the_decay_and_the_weights(tmp_path):
    _, sample = sample_of("tautau", tau_decay="pimu")
    path = write_lhe(tmp_path / "taus.lhe", sample)
    file = pylhe.LHEFile.fromfile(path, generator=False)
    assert (file.init.initInfo.beamA, file.init.initInfo.weightingStrategy) == (11, 4)
    assert np.mean([event.eventinfo.weight for event in file.events]) == pytest.approx(sample.cross_section / 1e3)
    for event in file.events:
        names = [(particle.id, particle.status, particle.mother1) for particle in event.particles]
        assert names[:6] == [(11, -1, 0), (-11, -1, 0), (15, 2, 1), (-15, 2, 1), (-211, 1, 3), (16, 1, 3)]
        total = sum(np.array([p.e, p.px, p.py, p.pz]) for p in event.particles if p.status == 1)
        np.testing.assert_allclose(total, [10.58, 0, 0, 0], atol=1e-12)


def test_several_subprocesses_and_negative_weights(tmp_path):
    (one, first), (two, second) = sample_of("tautau"), sample_of("4mu")
    events = joined_jagged([jagged(one)[:2], jagged(two)[:1]])
    events.weights[1] = -0.1 * events.weights[0]
    sections = {1: (first.cross_section, 0.0), 5: (second.cross_section, 1.0)}
    found = read_lhe(write_lhe(tmp_path / "two.lhe", LheSample(events, np.array([1, 1, 5]), sections, 10.58)))
    assert found.processes.tolist() == [1, 1, 5]
    assert found.events.counts.tolist() == [2, 2, 4]
    assert found.cross_sections[5] == pytest.approx(sections[5])
    assert found.events.weights[1] == pytest.approx(-0.1 * found.events.weights[0])


def test_what_is_refused(tmp_path):
    _, sample = sample_of("tautau")
    with pytest.raises(InputError, match=r"allowed: \.lhe or \.lhe\.gz"):
        write_lhe(tmp_path / "events.npz", sample)
    with pytest.raises(InputError, match="got no events"):
        write_lhe(tmp_path / "a.lhe", LheSample(sample.events[:0], sample.processes[:0], {1: (1.0, 0.0)}, 10.58))
    sample.events.numbers[0] = 2
    with pytest.raises(InputError, match="got quarks or gluons"):
        write_lhe(tmp_path / "a.lhe", sample)
    sample.events.weights[:] = 0
    with pytest.raises(InputError, match="got a sum of weights of 0"):
        write_lhe(tmp_path / "a.lhe", sample)
    assert not list(tmp_path.iterdir())
