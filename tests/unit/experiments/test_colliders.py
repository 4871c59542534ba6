"""Beams and data sets, and what they say about themselves."""

import math

import pytest

from gloam.experiments import BELLE2_DATA_SETS, BELLE_UPSILON, BELLE_UPSILON_4S, KEKB, SUPERKEKB
from gloam.experiments.belle import BELLE_OFF_RESONANCE


@pytest.mark.parametrize("collider", [KEKB, SUPERKEKB])
def test_the_energy_and_the_boost_are_those_of_the_sum_of_the_beams(collider):
    high, low = collider.electron_energy.value, collider.positron_energy.value
    angle = collider.crossing_angle.value
    along, across = high - low * math.cos(angle), low * math.sin(angle)
    energy, momentum = high + low, math.hypot(along, across)
    assert collider.sqrt_s == pytest.approx(math.sqrt(energy**2 - momentum**2))
    assert collider.boost == pytest.approx(momentum / collider.sqrt_s)


def test_colliders_and_data_sets_say_what_is_recalled():
    assert pytest.approx(10.58, abs=0.01) == KEKB.sqrt_s
    assert SUPERKEKB.boost < KEKB.boost
    assert KEKB.energy_spread.standing == "recalled"
    assert all(data.luminosity.standing == "recalled" for data in (*BELLE_UPSILON, BELLE_OFF_RESONANCE))
    assert all(data.luminosity.standing == "published" for data in BELLE2_DATA_SETS.values())


def test_resonances_and_samples_are_in_order():
    energies = [data.sqrt_s.value for data in BELLE_UPSILON]
    assert energies == sorted(energies)
    assert BELLE_UPSILON_4S.luminosity.standing == "published"
    assert BELLE_OFF_RESONANCE.sqrt_s.value < BELLE_UPSILON_4S.sqrt_s.value
