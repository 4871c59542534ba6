"""Processes by name: what each needs, takes and refuses."""

import pytest

from gloam.errors import InputError
from gloam.generation import PROCESSES, make_process

NEEDS = {"dark-higgsstrahlung": {"mass": 1.0, "mass2": 2.0}, "three-dark-photons": {"mass": 1.0, "mass2": 3.0},
         "mumugamma": {}, "3gamma": {}, "4mu": {}, "eemumu": {}, "mumutautau": {}, "tautau": {},
         "tautau-1x3": {}}  # fmt: skip


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_says_what_it_is(name):
    process = make_process(name, **NEEDS.get(name, {"mass": 1.0}))
    assert process.name == name
    assert process.threshold > 0
    assert all(particle.number for particle in process.particles)
    assert all(
        particle.parent is None or not process.particles[particle.parent].final for particle in process.particles
    )


@pytest.mark.parametrize("name", [name for name in PROCESSES if NEEDS.get(name) != {}])
def test_a_mass_must_be_given(name):
    with pytest.raises(InputError, match=f"--mass of {name}: got nothing"):
        make_process(name)


@pytest.mark.parametrize(("name", "settings", "message"), [
    ("tautau", {"decay": "mumu"}, "--decay of tautau: got mumu; .*Write --tau-decay mumu"),
    ("tautau", {"tau_decay": "a1e"}, "--tau-decay: got a1e; allowed: ee, emu, epi, .*tau- first"),
    ("mumu-zprime", {"mass": 1.0, "tau_decay": "ee"}, "--tau-decay of mumu-zprime: got 0 tau-, 0 tau"),
    ("tautau-scalar", {"mass": 4.0, "decay": "tautau", "tau_decay": "ee"}, "got 2 tau-, 2 tau"),
    ("qqbar", {}, "generate qqbar: .*generate_with_pythia"),
    ("bbbar", {}, "generate bbbar: .*generate_with_pythia"),
    ("mumu-zprme", {"mass": 1.0}, "Perhaps mumu-zprime is meant"),
    ("higgs", {}, "no such process; allowed: mumu-zprime, .* or tautau-1x3"),
    ("three-dark-photons", {"mass": 1.0, "mass2": 2.0}, "got 2 GeV; allowed: more than 2 GeV"),
    ("three-dark-photons", {"mass": 1.0, "mass2": 3.0, "decay": "mumu"}, "--decay of three-dark-photons: got mumu"),
    ("three-dark-photons", {"mass": 0.2, "mass2": 3.0, "decay": "ee-ee-mumu"}, "allowed: a mass above 0.211317"),
    ("dark-higgsstrahlung", {"mass": 1.0}, "--mass2 of dark-higgsstrahlung: got nothing"),
    ("dark-higgsstrahlung", {"mass": 0.2, "mass2": 1.0}, "got 0.2 GeV; allowed: more than 0.211317 GeV"),
    ("mumu-zprime", {"mass": 0.0}, "got 0 GeV; allowed: a number above 0"),
    ("mumu-zprime", {"mass": -1.0}, "got -1 GeV; allowed: a number above 0"),
    ("mumu-zprime", {"mass": float("nan")}, "--mass of mumu-zprime: got nan; allowed: a finite number"),
    ("mumu-zprime", {"mass": 1.0, "coupling": float("inf")}, "--coupling of mumu-zprime: got inf"),
    ("mumu-zprime", {"mass": 1.0, "mass2": 2.0}, "--mass2 of mumu-zprime: got 2; allowed: options of this process"),
    ("4mu", {"coupling": 2.0}, "--coupling of 4mu: got 2; allowed: options of this process: none"),
    ("b-dark-photons", {"mass": 2.7}, "got 2.7 GeV; allowed: less than 2.63986 GeV"),
    ("b-dark-baryon", {"mass": 4.2}, "got 4.2 GeV; allowed: less than 4.16404 GeV"),
    ("b-dark-baryon", {"mass": 1.0, "isr": 0.5}, "radiation of the beams before b-dark-baryon"),
    ("eemumu", {"isr": 0.5}, "got beams that may scatter"),
    ("eemumu", {"min_mass": -1.0}, "smallest mass of the muons: got -1"),
    ("eemumu", {"min_angle": 90.0}, "smallest muon angle: got 90"),
    ("4mu", {"min_mass": 1.0}, "--min-mass of 4mu: got 1; allowed: options of this process: none"),
    ("3gamma", {"min_energy": 0.0}, "smallest photon energy: got 0"),
    ("mumugamma", {"min_energy": 0.0}, "smallest photon energy: got 0"),
    ("mumugamma", {"min_energy": -1.0}, "smallest photon energy: got -1"),
    ("mumugamma", {"min_angle": 95.0}, "smallest photon angle: got 95"),
    ("mumu-zprime", {"mass": 0.2, "decay": "mumu"}, "a particle of 0.2 GeV; allowed: a mass above 0.211317 GeV"),
    ("mumu-zprime", {"mass": 1.0, "decay": "ee"}, "--decay of mumu-zprime: got ee; allowed: mumu or tautau"),
    ("gamma-alp", {"mass": 1.0, "decay": "ee"}, "--decay of gamma-alp: got ee; allowed: no choice"),
    ("mumu-zprime", {"mass": 1.0, "isr": 0.0}, "got 0 GeV; allowed: a largest photon energy above 0"),
])  # fmt: skip
def test_what_is_refused(name, settings, message):
    with pytest.raises(InputError, match=message):
        make_process(name, **settings)


def test_a_coupling_scales_the_rate():
    from gloam.generation import cross_section

    one, two = (cross_section(make_process("mumu-zprime", mass=2.0, coupling=g), 2000, seed=1) for g in (1.0, 3e-3))
    assert two.cross_section == pytest.approx(9e-6 * one.cross_section, rel=1e-12)
