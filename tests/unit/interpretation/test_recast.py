"""Limits of a run read back, and read for another model."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation import Coupling, Missing, ResultToRecast, read_limits, recast, result_of_run
from gloam.interpretation.stored import QUANTILES
from gloam.models import Table

MASS = np.array([1.0, 2.0, 3.0])
YIELD = np.array([10.0, np.nan, 40.0])


def columns(luminosity=100.0, efficiency=(0.1, 0.2, 0.4), divided_by=(0.5, 0.5, 0.5), mass2=np.nan):
    """The columns that a run with these factors writes; `divided_by`: branching fraction times radiative factor."""
    spread = YIELD[:, None] * np.array([0.5, 0.7, 1.0, 1.4, 2.0])
    table = {"channel": ["a"] * 3, "mass": MASS, "mass2": np.full(3, mass2), "efficiency": np.array(efficiency)}
    divisors = {
        "n_sig_ul": np.ones(3),
        "eff_xsec_ul_fb": np.full(3, luminosity),
        "xsec_ul_fb": luminosity * np.array(efficiency) * np.array(divided_by),
        "coupling_ul": np.full(3, np.nan),
    }
    for name, divisor in divisors.items():
        table[name] = YIELD / divisor
        table |= {f"{name}_exp_{q}": spread[:, i] / divisor for i, q in enumerate(QUANTILES)}
    return table | {"method": ["cls"] * 3, "level": np.full(3, 0.9)}


@pytest.fixture
def run(tmp_path):
    def written(made_with, **factors):
        table = columns(**factors)
        cells = [["" if str(x) == "nan" else str(x) for x in column] for column in table.values()]
        text = "\n".join([",".join(table), *map(",".join, zip(*cells, strict=True))])
        (tmp_path / "limits.csv").write_text(text + "\n")
        summary = {"title": "a scan", "data": {"kind": "pseudo"}, "limit": {"level": 0.9, "cross_section": made_with}}
        (tmp_path / "summary.json").write_text(json.dumps(summary))
        (tmp_path / "provenance.json").write_text(json.dumps({"date": "2026-11-25T12:00:00+00:00"}))
        return tmp_path

    return written


def test_a_run_is_read_back_as_it_was_written(run):
    stored = read_limits(run(None))
    np.testing.assert_array_equal(stored.mass, MASS)
    np.testing.assert_array_equal(stored.column("n_sig_ul"), YIELD)
    np.testing.assert_array_equal(stored.expected("n_sig_ul")[:, 2], YIELD)
    assert (stored.level, stored.method, stored.date, stored.title) == (0.9, "cls", "2026-11", "a scan")
    assert stored.data_in_words == "pseudo-data"
    assert stored.channel.tolist() == ["a", "a", "a"]
    with pytest.raises(InputError, match=r"column of .*limits\.csv: got n_sig"):
        stored.column("n_sig")


MADE_WITH = [
    ({"kind": "visible", "branching_fraction": 0.5, "radiative_factor": None}, (0.5, 0.5, 0.5), np.full(3, np.nan)),
    ({"kind": "Born", "branching_fraction": None, "radiative_factor": [0.8, 0.9]}, (0.8, 0.85, 0.9), [0.8, 0, 0.9]),
    ({"kind": "Born", "branching_fraction": 0.5, "radiative_factor": [0.8, 0.9]}, (0.4, 0.425, 0.45), [0.8, 0, 0.9]),
    ({"kind": "Born", "branching_fraction": [0.3, 0.5], "radiative_factor": 0.9}, (0.27, 0.3, 0.45), [0.9, 0.9, 0.9]),
]


@pytest.mark.parametrize(("made_with", "divided_by", "radiative"), MADE_WITH)
def test_the_radiative_factor_of_a_run_is_told_from_its_branching_fraction(run, made_with, divided_by, radiative):
    found = result_of_run(read_limits(run(made_with, divided_by=divided_by)))
    np.testing.assert_allclose(found.radiative[[0, 2]], np.array(radiative)[[0, 2]], rtol=1e-12)
    np.testing.assert_allclose(found.effective, YIELD / 100, rtol=1e-12)


def test_two_factors_that_both_change_cannot_be_told_apart(run):
    made_with = {"kind": "Born", "branching_fraction": [0.3, 0.5], "radiative_factor": [0.8, 0.9]}
    with pytest.raises(InputError, match="both change with mass"):
        result_of_run(read_limits(run(made_with)))


def test_recast_to_the_model_it_was_made_for_gives_the_same_cross_section(run):
    made_with = {"kind": "Born", "branching_fraction": None, "radiative_factor": 0.8}
    stored = read_limits(run(made_with, divided_by=(0.8, 0.8, 0.8)))
    found = recast(result_of_run(stored), Coupling("g", 1e4))
    np.testing.assert_allclose(found.cross_section, stored.column("xsec_ul_fb"), rtol=1e-12)
    np.testing.assert_allclose(found.cross_section_expected, stored.expected("xsec_ul_fb"), rtol=1e-12)
    np.testing.assert_allclose(found.limits.observed, np.sqrt(stored.column("xsec_ul_fb") / 1e4), rtol=1e-12)
    assert found.limits.reason.tolist() == [Missing.NOTHING, Missing.NO_LIMIT, Missing.NOTHING]
    assert "kinematics are taken to be the same" in found.notes[0]
    assert "branching fraction of the decay that was searched for is taken as 1" in found.notes[1]


def test_another_efficiency_and_branching_fraction(run):
    result = result_of_run(read_limits(run(None)))
    model = Coupling("g", 1e4, branching_fraction=Table(MASS, np.array([0.5, 0.25, 0.0])))
    found = recast(result, model, efficiency=0.05, radiative_factor=0.9)
    np.testing.assert_allclose(found.cross_section, YIELD / 100 / 0.05 / 0.9, rtol=1e-12)
    np.testing.assert_allclose(found.limits.observed[0], np.sqrt(10 / 100 / 0.05 / 0.9 / 5e3), rtol=1e-12)
    assert found.limits.reason.tolist() == [Missing.NOTHING, Missing.NO_LIMIT, Missing.NO_DECAY]
    assert not any("kinematics" in note or "taken as 1" in note for note in found.notes)


def test_a_visible_cross_section_is_called_so(run):
    found = recast(result_of_run(read_limits(run(None))), Coupling("g", 1e4))
    assert any("visible" in note for note in found.notes)


def test_what_cannot_be_recast(run, tmp_path):
    with pytest.raises(InputError, match="limits on yields alone"):
        result_of_run(read_limits(run(None, luminosity=np.nan)))
    with pytest.raises(InputError, match="hypotheses of two masses"):
        result_of_run(read_limits(run(None, mass2=1.0)))
    nothing = np.full((3, 5), np.nan)
    unknown = ResultToRecast(MASS, YIELD, nothing, np.full(3, np.nan), np.full(3, np.nan))
    with pytest.raises(InputError, match="efficiency: got none in the result"):
        recast(unknown, Coupling("g", 1.0))
    with pytest.raises(InputError, match="a number above 0"):
        recast(unknown, Coupling("g", 1.0), efficiency=0.0)
    (tmp_path / "limits.csv").write_text("mass,level\n1,2\n")
    with pytest.raises(InputError, match="limits of the run in"):
        read_limits(tmp_path)
    (tmp_path / "limits.csv").write_text("")
    with pytest.raises(InputError, match="no table of limits"):
        read_limits(tmp_path)
    (tmp_path / "limits.csv").write_text("channel,mass\na,1\n")
    (tmp_path / "summary.json").write_text("[1]")
    with pytest.raises(InputError, match="no JSON document"):
        read_limits(tmp_path)
    with pytest.raises(InputError, match=r"the directory of a run, with limits\.csv"):
        read_limits(tmp_path / "absent")
