"""The training table: what it needs, what it refuses, how it is split."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.training.hypotheses import hypotheses_of_signal
from gloam.training.table import read_training_table, split_table, training_table
from gloam.training.toy import toy_table


def columns(**changes):
    found = {
        "label": [1, 1, 0, 0], "mass_generated": [2.0, 2.0, -999.0, -999.0], "weight": [0.1, 0.2, 3.0, 4.0],
        "recoil_mass2": [4.0, 4.1, 3.9, 20.0], "pT": [0.1, 0.2, 0.3, 0.4], "angle": [1.0, 2.0, 3.0, 4.0],
    }  # fmt: skip
    return found | changes


def test_every_other_column_is_a_feature_but_the_process():
    table = training_table(columns(process=["a", "a", "b", "b"]), luminosity=50.0)
    assert table.names == ("pT", "angle")
    assert table.features.dtype == np.float32
    assert training_table(columns(), luminosity=50.0, features=["angle"]).names == ("angle",)


def test_signal_weights_become_efficiencies_and_background_weights_follow_the_luminosity():
    table = training_table(columns(weight=[1.0, 2.0, 3.0, 4.0]), luminosity=50.0, generated=10)
    np.testing.assert_allclose(table.weight, [0.1, 0.2, 3, 4])
    np.testing.assert_allclose(table.at_luminosity(100.0).weight, [0.1, 0.2, 6, 8])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pT": [0.1, np.nan, 0.3, 0.4]}, "column 'pT'.*not finite"),
        ({"pT": [0.1, np.inf, 0.3, 0.4]}, "column 'pT'.*not finite"),
        ({"pT": [0.1, 1e300, 0.3, 0.4]}, "single precision"),
        ({"recoil_mass2": [np.nan, 4.1, 3.9, 20.0]}, "recoil_mass2"),
        ({"label": [1, 1, 0, 2]}, "1 for signal, 0 for background"),
        ({"label": [1, 1, 1, 1], "mass_generated": [2.0] * 4}, "no background event"),
        ({"label": [0, 0, 0, 0]}, "no signal event"),
        ({"weight": [0.1, 0.2, -3.0, 4.0]}, "weight of a training event"),
        ({"weight": [0.1, 0.2, 0.0, 0.0]}, "weights of the background"),
        ({"weight": [1.0, 1.0, 3.0, 4.0]}, "--generated"),
        ({"mass_generated": []}, "mass_generated"),
    ],
)
def test_what_is_no_training_table(changes, said):
    with pytest.raises(InputError, match=said):
        training_table(columns(**changes), luminosity=50.0)


@pytest.mark.parametrize("name", ["label", "mass_generated", "weight", "recoil_mass2"])
def test_a_missing_column_is_named(name):
    given = columns()
    del given[name]
    with pytest.raises(InputError, match=name):
        training_table(given, luminosity=50.0)


def test_a_table_without_features_or_luminosity_is_refused():
    with pytest.raises(InputError, match="features"):
        training_table(
            {name: columns()[name] for name in ("label", "mass_generated", "weight", "recoil_mass2")}, luminosity=1.0
        )
    with pytest.raises(InputError, match="luminosity"):
        training_table(columns(), luminosity=0.0)


def test_a_file_reads_as_its_columns(tmp_path):
    path = tmp_path / "table.csv"
    rows = zip(*columns(process=["sig", "sig", "bkg", "bkg"]).values(), strict=True)
    path.write_text("\n".join([",".join(columns(process=0)), *(",".join(map(str, row)) for row in rows)]))
    table = read_training_table(path, luminosity=50.0)
    assert table.names == ("pT", "angle")
    np.testing.assert_allclose(table.weight, columns()["weight"])
    with pytest.raises(InputError, match="no mass_recoil"):
        read_training_table(path, luminosity=50.0, features=["mass_recoil"])


def test_parts_have_no_event_in_common_and_each_stands_for_the_whole():
    table = toy_table(1, "train", signal=60, background=0.01)
    parts = split_table(table, (0.5, 0.25, 0.25), seed=3)
    assert sum(map(len, parts)) == len(table)
    rows = np.concatenate([part.features for part in parts])
    assert len(np.unique(rows, axis=0)) == len(np.unique(table.features, axis=0))
    for kind in np.unique(table.mass_generated):
        whole = table.weight[table.mass_generated == kind].sum()
        for part in parts:
            assert part.weight[part.mass_generated == kind].sum() == pytest.approx(whole)
    again = split_table(table, (0.5, 0.25, 0.25), seed=3)
    np.testing.assert_array_equal(parts[1].features, again[1].features)


def test_a_resolution_needs_ten_events_of_each_mass():
    with pytest.raises(InputError, match=r"2 signal events at 2 GeV; allowed: 10 or more for each mass"):
        hypotheses_of_signal(training_table(columns(), luminosity=50.0))
