"""What must hold for any entries and cuts: counts by hand, sums over pieces, order of the cuts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gloam.selection import Count, CutFlow, Entries, above, below, best_of_each_event, outside, select

VALUE = st.floats(-3, 3) | st.just(float("nan"))
ROWS = st.lists(st.tuples(st.integers(0, 5), VALUE, VALUE), max_size=30)
CUTS = [above("x", 0.0), below("y", 1.0), outside("x", 0.5, 1.0)]
WEIGHT = np.array([1.0, 0.5, 2.0, 0.25, 4.0, 8.0])  # of each event; sums of powers of two are exact


def table(rows):
    rows = sorted(rows, key=lambda row: row[0])
    event = np.array([row[0] for row in rows], int)
    x, y = (np.array([row[place] for row in rows], float) for place in (1, 2))
    return Entries({"x": x, "y": y}, event, WEIGHT[event])


def by_hand(rows):
    events = {row[0] for row in rows}
    return Count(len(rows), len(events), sum(WEIGHT[e] for e in events), sum(WEIGHT[e] ** 2 for e in events))


PASSES = [lambda r: r[1] > 0, lambda r: r[2] < 1, lambda r: r[1] < 0.5 or r[1] > 1]


@given(ROWS)
def test_counts_are_those_of_a_loop_over_rows(rows):
    kept, flow = select(table(rows), CUTS)
    left = rows
    for place, passes in enumerate(PASSES):
        left = [row for row in left if passes(row)]
        assert flow.after[place] == by_hand(left)
        assert flow.alone[place] == by_hand([row for row in rows if passes(row)])
    assert flow.before == by_hand(rows)
    assert sorted(kept.columns["x"]) == sorted(row[1] for row in left)


@given(ROWS, st.integers(0, 6))
def test_pieces_of_whole_events_add_up(rows, border):
    entries = table(rows)
    _, whole = select(entries, CUTS)
    parts = [select(entries[entries.event < border], CUTS)[1], select(entries[entries.event >= border], CUTS)[1]]
    assert parts[0] + parts[1] == whole
    nothing = CutFlow(whole.names, Count(), (Count(),) * 3, (Count(),) * 3)
    assert whole + nothing == whole


@given(ROWS, st.permutations(range(3)))
def test_the_order_of_cuts_does_not_matter_in_the_end(rows, order):
    kept, flow = select(table(rows), CUTS)
    other, turned = select(table(rows), [CUTS[place] for place in order])
    np.testing.assert_array_equal(kept.columns["x"], other.columns["x"])
    assert flow.after[-1] == turned.after[-1]


@given(ROWS)
def test_one_entry_is_left_of_each_event(rows):
    entries = table(rows)
    best = best_of_each_event(entries, "x")
    assert best.event.tolist() == sorted({row[0] for row in rows})
    for event, value in zip(best.event, best.columns["x"], strict=True):
        values = [row[1] for row in rows if row[0] == event and row[1] == row[1]]
        assert value == min(values) if values else np.isnan(value)
