"""Cuts in their order, and the numbers they leave."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.selection import (
    Count,
    Cut,
    Entries,
    above,
    below,
    between,
    cut_flow_dict,
    cut_flow_table,
    efficiency,
    outside,
    passes,
    select,
)

# three events: two entries of weight 2, one of weight 3, two of weight 0.5
TABLE = Entries(
    {"M": np.array([1.0, 2.0, 3.0, 4.0, np.nan]), "E": np.array([5.0, 4.0, 3.0, 2.0, 1.0])},
    np.array([0, 0, 1, 2, 2]),
    np.array([2.0, 2.0, 3.0, 0.5, 0.5]),
)


def test_numbers_after_each_cut_and_of_each_alone():
    kept, flow = select(TABLE, [above("M", 1.5), below("E", 3.5)])
    assert flow.names == ("M > 1.5", "E < 3.5")
    assert flow.before == Count(5, 3, 5.5, 13.25)
    assert flow.after == (Count(3, 3, 5.5, 13.25), Count(2, 2, 3.5, 9.25))
    assert flow.alone == (Count(3, 3, 5.5, 13.25), Count(3, 2, 3.5, 9.25))
    assert kept.columns["M"].tolist() == [3.0, 4.0]
    assert kept.event.tolist() == [1, 2]


@pytest.mark.parametrize("cut", [above("x", 0), below("x", 0), between("x", -1, 1), outside("x", -1, 1)])
def test_what_is_not_a_number_passes_no_cut(cut):
    assert not passes(cut, {"x": np.array([np.nan])}).any()


def test_limits_themselves_pass_no_cut():
    x = {"x": np.array([1.0, 2.0])}
    for cut in (above("x", 2), below("x", 1), between("x", 1, 2), outside("x", 1, 2)):
        assert not passes(cut, x).any()


def test_cuts_have_the_names_of_the_paper_or_their_own():
    assert between("m_R", 3.05, 3.13, unit="GeV").name == "3.05 < m_R < 3.13 GeV"
    assert outside("m_R", 3.05, 3.13, name="J/psi veto").name == "J/psi veto"


@pytest.mark.parametrize(("cut", "message"), [
    (above("p", 1), "no column 'p'; allowed: M or E"),
    (Cut("wrong type", lambda columns: columns["M"]), "float64 of shape"),
    (Cut("wrong shape", lambda _: np.ones(2, bool)), "bool of shape"),
])  # fmt: skip
def test_conditions_that_cannot_hold_are_refused(cut, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        select(TABLE, [cut])


def test_declarations_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="limits of a cut on M"):
        between("M", 2, 1)
    with pytest.raises(InputError, match="name of a cut"):
        Cut(" ", lambda columns: columns["M"] > 1)
    with pytest.raises(InputError, match="names of cuts"):
        select(TABLE, [above("M", 1), above("M", 1)])


def test_no_cut_keeps_everything():
    kept, flow = select(TABLE, [])
    assert (len(kept), flow.after) == (5, ())
    assert cut_flow_table(flow).count("\n") == 1


def test_nothing_has_no_efficiency():
    _, flow = select(TABLE[:0], [above("M", 1)])
    assert efficiency(flow.after[0], flow.before) == (None, None)
    assert cut_flow_dict(flow)["cuts"][0]["efficiency"] is None
    assert cut_flow_table(flow).splitlines()[-1].split()[-3:] == ["-", "-", "-"]


def test_errors_of_efficiencies_are_binomial_without_weights_and_none_at_the_ends():
    total = Count(400, 400, 400.0, 400.0)
    assert efficiency(Count(100, 100, 100.0, 100.0), total) == pytest.approx((0.25, np.sqrt(0.25 * 0.75 / 400)))
    assert efficiency(total, total) == (1.0, 0.0)
    assert efficiency(Count(), total) == (0.0, 0.0)


def test_errors_of_weighted_efficiencies_are_those_of_repeated_samples():
    """The scatter of 4000 samples of weighted events, half of them drawn from each of two weights."""
    from gloam.execution import random_stream

    random = random_stream(1, "efficiency")
    weights = np.where(random.random((4000, 200)) < 0.5, 0.2, 3.0)
    passed = random.random(weights.shape) < np.where(weights > 1, 0.6, 0.2)
    found = []
    for w, p in zip(weights, passed, strict=True):
        all_of_it = Count(w.size, w.size, w.sum(), (w**2).sum())
        found.append(efficiency(Count(int(p.sum()), int(p.sum()), w[p].sum(), (w[p] ** 2).sum()), all_of_it))
    values, errors = np.array(found).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(), rel=4 / np.sqrt(2 * 4000) + 0.01)


def test_the_flow_is_written_as_json_and_as_text():
    _, flow = select(TABLE, [above("M", 1.5, name="mass"), below("E", 3.5, name="energy")])
    document = json.loads(json.dumps(cut_flow_dict(flow)))
    assert document["before"] == {"entries": 5, "events": 3, "weight": 5.5, "weight_error": pytest.approx(13.25**0.5)}
    mass, energy = document["cuts"]
    assert (mass["cut"], mass["events"], mass["efficiency"], mass["efficiency_error"]) == ("mass", 3, 1.0, 0.0)
    assert energy["efficiency"] == energy["total_efficiency"] == pytest.approx(3.5 / 5.5)
    assert energy["alone"]["entries"] == 3
    lines = cut_flow_table(flow).splitlines()
    assert [line.split()[0] for line in lines] == ["cut", "no", "mass", "energy"]
    assert lines[-1].split()[1:4] == ["2", "2", "3.5"]
    assert len({len(line) for line in lines[2:]}) == 1


def test_flows_of_other_cuts_do_not_add_up():
    flows = [select(TABLE, [above("M", value)])[1] for value in (1, 2)]
    with pytest.raises(InputError, match="sum of cut flows"):
        flows[0] + flows[1]
