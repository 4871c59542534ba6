"""Les Houches event files: frames, units, weights, subprocesses, and what is refused."""

import gzip
import sys

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.events import column_names, read_columns, read_lhe
from gloam.generation import generate, make_process
from gloam.kinematics import boost, mass_squared

pytest.importorskip("pylhe")

BEAMS = (11, -11, 5.29, 5.29)
PROCESSES = ((7, 0.25, 0.003),)


def text(events, beams=BEAMS, processes=PROCESSES, strategy=3):
    """A file; an event is (process, weight, lines of (number, status, mother, E, px, py, pz, m))."""
    lines = ['<LesHouchesEvents version="3.0">', "<header>made by hand</header>", "<init>",
             f"{beams[0]} {beams[1]} {beams[2]} {beams[3]} 0 0 0 0 {strategy} {len(processes)}"]  # fmt: skip
    lines += [f"{value} {error} 1.0 {number}" for number, value, error in processes] + ["</init>"]
    for process, weight, particles in events:
        lines += ["<event>", f"{len(particles)} {process} {weight} 10.58 0.0073 0.1"]
        for number, status, mother, energy, px, py, pz, mass in particles:
            lines.append(f"{number} {status} {mother} 0 0 0 {px!r} {py!r} {pz!r} {energy!r} {mass!r} 0. 9.")
        lines.append("</event>")
    return "\n".join([*lines, "</LesHouchesEvents>", ""])


def incoming(beams=BEAMS):
    signs = (1, -1)
    return [(beams[side], -1, 0, beams[2 + side], 0.0, 0.0, signs[side] * beams[2 + side], 0.0) for side in (0, 1)]


DECAY = [
    *incoming(),
    (22, 1, 1, 5.1, 5.1, 0.0, 0.0, 0.0), (32, 2, 1, 5.48, -5.1, 0.0, 0.0, 2.0),
    (13, 1, 4, 2.74, -2.55, 0.99, 0.0, 0.10566), (-13, 1, 4, 2.74, -2.55, -0.99, 0.0, 0.10566),
]  # fmt: skip
PAIR = [*incoming(), (22, 1, 1, 5.29, 0.0, 0.0, 5.29, 0.0), (22, 1, 1, 5.29, 0.0, 0.0, -5.29, 0.0)]


def written(tmp_path, content, name="events.lhe"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(content.encode()) if name.endswith("gz") else content.encode())
    return path


@pytest.mark.parametrize("name", ["events.lhe", "events.lhe.gz", "EVENTS.LHE"])
def test_what_is_produced_and_what_decays_is_read(tmp_path, name):
    sample = read_lhe(written(tmp_path, text([(7, 1.5, DECAY), (7, -0.5, PAIR)]), name))
    events = sample.events
    assert events.counts.tolist() == [4, 2]
    assert events.numbers.tolist() == [22, 32, 13, -13, 22, 22]
    assert events.final.tolist() == [True, False, True, True, True, True]
    assert events.parents.tolist() == [-1, -1, 1, 1, -1, -1]
    assert events.weights.tolist() == [1.5, -0.5]
    np.testing.assert_allclose(events.momenta[1], [5.48, -5.1, 0, 0])
    assert events.masses[2] == 0.10566
    assert sample.processes.tolist() == [7, 7]
    assert (sample.cross_section, sample.cross_section_error) == (250.0, 3.0)  # fb
    assert sample.sqrt_s == pytest.approx(10.58)
    assert [particle.name for particle in events[:1].batch().particles] == ["gamma", "Z'", "mu-", "mu+"]


def test_columns_have_one_row_for_each_particle(tmp_path):
    path = written(tmp_path, text([(7, 1.0, DECAY), (7, 2.0, PAIR)]))
    assert column_names(path) == ["event", "weight", "particles", "pdg", "status", "parent", "m", "E", "px", "py", "pz"]
    found = read_columns(path, ["event", "weight", "pdg", "E"])
    assert found["event"].tolist() == [0, 0, 0, 0, 1, 1]
    assert found["weight"].tolist() == [1, 1, 1, 1, 2, 2]
    assert found["pdg"].tolist() == [22, 32, 13, -13, 22, 22]


def test_subprocesses_that_are_mixed_already_add_up(tmp_path):
    processes = ((1, 0.1, 0.003), (2, 0.3, 0.004))
    sample = read_lhe(written(tmp_path, text([(1, 1.0, PAIR), (2, 1.0, DECAY)], processes=processes)))
    assert sample.processes.tolist() == [1, 2]
    assert sample.cross_sections[1] == pytest.approx((100.0, 3.0))
    assert sample.cross_sections[2] == pytest.approx((300.0, 4.0))
    assert (sample.cross_section, sample.cross_section_error) == pytest.approx((400.0, 5.0))


@pytest.mark.parametrize("turned", [False, True])
def test_beams_of_different_energies_are_brought_to_rest(tmp_path, turned):
    """Generated at rest, moved with the beams of Belle II, read back: the same numbers."""
    batch, _ = generate(make_process("mumu-zprime", mass=3.0), 20, seed=1, weighted=True)
    fast, slow = 7.0, 5.29**2 / 7.0
    moving = boost(batch.momenta, np.array([0.0, 0.0, (fast - slow) / (fast + slow)]))
    beams = (11, -11, fast, slow)
    if turned:
        moving, beams = moving * [1, 1, -1, -1], (-11, 11, slow, fast)
    particles = [(particle.number, particle.mass) for particle in batch.particles]
    events = [(1, float(weight), [*incoming(beams), *((number, 1, 1, *map(float, p), mass) for (number, mass), p
                                                      in zip(particles, event, strict=True))])
              for event, weight in zip(moving, batch.weights, strict=True)]  # fmt: skip
    sample = read_lhe(written(tmp_path, text(events, beams, ((1, 13.7, 0.0),), strategy=4)))
    found = sample.events.batch()
    np.testing.assert_allclose(found.momenta, batch.momenta, atol=1e-12)
    np.testing.assert_array_equal(found.weights, batch.weights)
    assert [(particle.name, particle.mass) for particle in found.particles] == [
        (particle.name, particle.mass) for particle in batch.particles
    ]
    assert sample.sqrt_s == pytest.approx(10.58, rel=1e-12)
    assert mass_squared(found.momenta[:, 2]) == pytest.approx(9.0)


GOOD = text([(7, 1.0, DECAY)])


@pytest.mark.parametrize(("content", "message"), [
    (text([(7, 1.0, PAIR)], beams=(2212, 2212, 6500, 6500)), "got beams of 2212 and 2212; allowed: electrons"),
    (text([(7, 1.0, PAIR)], beams=(11, -11, 0, 5.29)), "got beams of 0 and 5.29 GeV"),
    (text([(7, 1.0, PAIR)], processes=((1, 1, 0), (2, 1, 0)), strategy=-2), "2 subprocesses with the weighting .* -2"),
    (text([]), "got no events"),
    (GOOD[: GOOD.index("</event>") - 40], "cannot be read as LHE"),
    (GOOD.replace("</LesHouchesEvents>", ""), "cannot be read as LHE"),
    (GOOD.replace("5.1", "a lot", 1), "cannot be read as LHE"),
    ("mass\n3.1\n", "cannot be read as LHE"),
    ("<LesHouchesEvents></LesHouchesEvents>", "cannot be read as LHE"),
    ("", "cannot be read as LHE"),
])  # fmt: skip
def test_what_is_refused(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read_lhe(written(tmp_path, content))


def test_a_damaged_archive_is_refused(tmp_path):
    path = written(tmp_path, GOOD, "events.lhe.gz")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be read as LHE"):
        read_lhe(path)
    path.write_text(GOOD)
    with pytest.raises(InputError, match="no such column"):
        read_columns(path, ["mass"])


def test_without_the_extra_it_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pylhe", None)
    with pytest.raises(InputError, match=r"no pylhe here.*gloam\[generators\]"):
        read_lhe(written(tmp_path, GOOD))


def test_an_old_pylhe_is_named(tmp_path, monkeypatch):
    path = tmp_path / "x.lhe"
    path.write_text("")
    monkeypatch.setattr("pylhe.__version__", "0.9")
    monkeypatch.delattr("pylhe.LHEFile")
    with pytest.raises(InputError, match=r"pylhe 0\.9; allowed: version 1 or later"):
        read_lhe(path)
