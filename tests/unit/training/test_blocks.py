"""Sums over windows by blocks: exact, whatever the order, the size of a block and the windows."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.execution import random_stream
from gloam.training.blocks import pack, place, place_pairs
from gloam.training.hypotheses import Hypotheses, hypotheses, hypotheses_of_signal
from gloam.training.table import training_table
from gloam.training.toy import toy_hypotheses, toy_table


def table_of(windows, events=3000, seed=1):
    """Signal around each mass and a flat background, with random weights."""
    random = random_stream(seed, "table of a test")
    mass = np.repeat(windows.mass, 40)
    low, high = windows.low.min() - 1, windows.high.max() + 1
    recoil = np.concatenate([mass**2 + random.normal(0, 0.2, mass.size), random.uniform(low, high, events)])
    label = np.repeat([1, 0], [mass.size, events])
    return training_table(
        {
            "label": label, "mass_generated": np.concatenate([mass, np.full(events, -999.0)]),
            "weight": np.where(label, 0.01, random.uniform(0, 2, label.size)), "recoil_mass2": recoil,
            "x": random.normal(size=label.size), "y": random.normal(size=label.size),
        },
        luminosity=50.0,
    )  # fmt: skip


def sums_by_hand(table, windows, values):
    """Background and efficiency of each window, event by event."""
    background, efficiency = [], []
    for mass, low, high in zip(windows.mass, windows.low, windows.high, strict=True):
        inside = (table.recoil_mass2 >= low) & (table.recoil_mass2 < high)
        own = table.is_signal & np.isclose(table.mass_generated, mass, rtol=1e-6)
        background.append((table.weight * values)[inside & ~table.is_signal].sum())
        efficiency.append((table.weight * values)[inside & own].sum())
    return np.array(background), np.array(efficiency)


def sums_by_blocks(table, windows, block, put=place):
    blocks = pack(put(table, windows), block)
    inner = (blocks.weight * np.tanh(blocks.features[:, 0])).sum(axis=1, dtype=float)
    return blocks.background @ inner, blocks.efficiency @ inner


MANY = hypotheses(np.linspace(1.0, 2.0, 300), 2.0)
UNEQUAL = hypotheses([0.5, 1.0, 1.5, 2.0, 2.5, 3.0], [0.1, 3.0, 0.05, 0.4, 0.1, 0.2])


@pytest.mark.parametrize("windows", [toy_hypotheses(), MANY, UNEQUAL], ids=["toy", "300 overlapping", "unequal"])
@pytest.mark.parametrize("put", [place, place_pairs])
def test_sums_are_those_of_single_events(windows, put):
    """300 windows hold one event (a byte would count it in 44), and windows that hold others count them too."""
    table = table_of(windows)
    expected = sums_by_hand(table, windows, np.tanh(table.features[:, 0]))
    for found, by_hand in zip(sums_by_blocks(table, windows, 64, put), expected, strict=True):
        np.testing.assert_allclose(found, by_hand, rtol=1e-5, atol=1e-5)


def test_order_of_events_and_size_of_blocks_do_not_matter():
    windows = toy_hypotheses()
    table = table_of(windows)
    expected = sums_by_blocks(table, windows, 1024)
    order = random_stream(4, "order").permutation(len(table))
    for other, block in ((table.rows(order), 1024), (table, 7), (table, 1)):
        for found, same in zip(sums_by_blocks(other, windows, block), expected, strict=True):
            np.testing.assert_allclose(found, same, rtol=1e-5, atol=1e-6)


def test_half_of_the_events_with_twice_the_weights_is_the_same_twice_over():
    windows = UNEQUAL
    table = table_of(windows)
    doubled = table.rows(np.concatenate([np.arange(len(table))] * 2)).reweighted(0.5)
    for found, same in zip(sums_by_blocks(doubled, windows, 64), sums_by_blocks(table, windows, 64), strict=True):
        np.testing.assert_allclose(found, same, rtol=1e-5, atol=1e-6)


def test_a_mass_without_events_is_named_and_shifts_nothing():
    """In the reference every mass above it got the events of the next one, silently."""
    windows = UNEQUAL
    table = table_of(windows)
    without = table.rows(~(np.isclose(table.mass_generated, 1.5)))
    with pytest.raises(InputError, match=r"windows of 1\.5 GeV"):
        place(without, windows)
    rest = windows.rows(windows.mass != 1.5)
    expected = sums_by_hand(without, rest, np.tanh(without.features[:, 0]))
    np.testing.assert_allclose(sums_by_blocks(without, rest, 64)[1], expected[1], rtol=1e-5, atol=1e-6)


def test_signal_outside_its_window_or_without_weight_is_no_signal():
    windows = hypotheses([1.0, 2.0], 0.1)
    table = table_of(windows)
    far = np.array([0.0, 50.0])
    shifted = Hypotheses(windows.mass, windows.low + far, windows.high + far)
    with pytest.raises(InputError, match="windows of 2 GeV"):
        place(table, shifted)
    weightless = table.reweighted(np.where(table.mass_generated == 2.0, 0.0, 1.0))
    with pytest.raises(InputError, match="windows of 2 GeV"):
        place(weightless, windows)


def test_windows_without_any_background_are_refused_and_some_are_not():
    windows = hypotheses([1.0, 3.0], 0.1)
    table = table_of(windows)
    signal_alone = table.rows(table.is_signal | (table.recoil_mass2 > 100))
    with pytest.raises(InputError, match="background in the windows"):
        place(signal_alone.rows(np.arange(len(signal_alone))), windows)
    some = table.rows(table.is_signal | (table.recoil_mass2 < 4))
    assert sums_by_blocks(some, windows, 64)[0][1] == 0


def test_masses_in_any_order_are_sorted_with_their_windows():
    mixed, sorted_ = hypotheses([3.0, 1.0, 2.0], [0.3, 0.1, 0.2]), hypotheses([1.0, 2.0, 3.0], [0.1, 0.2, 0.3])
    for name in ("mass", "low", "high"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(sorted_, name))


@pytest.mark.parametrize(
    ("mass", "sigma", "said"),
    [
        ([], 0.1, "at least one"), ([1.0, 1.0], 0.1, "equal ones"), ([1.0, -2.0], 0.1, "masses above 0"),
        ([1.0, np.nan], 0.1, "masses above 0"), ([1.0, 2.0], [0.1, 0.0], "width of a window"),
    ],
)  # fmt: skip
def test_what_are_no_hypotheses(mass, sigma, said):
    with pytest.raises(InputError, match=said):
        hypotheses(mass, sigma)


def test_resolutions_are_found_in_the_signal():
    windows = UNEQUAL
    found = hypotheses_of_signal(table_of(windows), half_width=2.0)
    np.testing.assert_allclose(found.high - found.mass**2, 0.4, rtol=0.6)
    np.testing.assert_array_equal(found.mass, windows.mass)


def test_a_pair_knows_its_event_and_its_mass():
    windows = MANY
    table = table_of(windows, 200)
    pairs = place_pairs(table, windows)
    assert pairs.features.shape[1] == 3
    window = pairs.group % len(windows)
    np.testing.assert_allclose(pairs.features[:, -1], windows.mass[window], rtol=1e-6)
    np.testing.assert_array_equal(pairs.features[:, :-1], table.features[pairs.row])
    inside = (table.recoil_mass2[pairs.row] >= windows.low[window]) & (
        table.recoil_mass2[pairs.row] < windows.high[window]
    )
    assert inside.all()


def test_samples_of_the_toy_are_independent_and_repeatable():
    one, again, other = (toy_table(1, name, signal=50, background=0.01) for name in ("train", "train", "test"))
    np.testing.assert_array_equal(one.features, again.features)
    both = np.concatenate([one.features, other.features])
    assert len(np.unique(both, axis=0)) == len(both)
    inside = toy_hypotheses().inside_any(one.recoil_mass2) & ~one.is_signal
    assert one.weight[inside].sum() == pytest.approx(152054.5 + 26505 + 4458.3)
