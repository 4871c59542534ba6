"""The published exclusions: each with its source, level and licence, and only what may be carried."""

from pathlib import Path

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.interpretation.exclusions import (
    Curve,
    Exclusion,
    Regions,
    Statement,
    coupling_plane,
    exclusions,
    models,
)
from gloam.interpretation.exclusions.declaration import ALPACA, AXIONLIMITS, FACTS

ROOT = Path(__file__).parents[4]
DATA = ROOT / "src" / "gloam" / "interpretation" / "exclusions" / "data"
EVERY = [(model, each) for model in models() for each in exclusions(model)]


@pytest.mark.parametrize(("model", "declared"), EVERY, ids=lambda x: getattr(x, "name", x))
def test_every_exclusion_says_whose_it_is(model, declared):
    row = declared.row()
    required = {"name", "source", "level", "quantity", "points", "date", "licence"}
    assert required <= row.keys()
    assert declared.source
    assert declared.licence in {ALPACA, AXIONLIMITS, FACTS}
    assert declared.date is None or declared.date[:4].isdigit()
    kinds = {"curve": Curve, "region": Regions, "annotation": Statement}
    assert isinstance(declared.content, kinds[declared.kind])
    assert (row["points"] == 0) == (declared.kind == "annotation")
    assert coupling_plane(model).model == model


@pytest.mark.parametrize("declared", [each for _, each in EVERY if each.licence == FACTS], ids=lambda x: x.name)
def test_what_is_only_under_a_licence_that_we_cannot_take_is_at_most_forty_points(declared):
    assert declared.content.points <= 40


def test_each_data_file_belongs_to_a_declaration():
    named = " ".join(path.read_text(encoding="utf-8") for path in DATA.parent.glob("*.py"))
    files = [path for path in DATA.rglob("*") if path.is_file()]
    assert len(files) > 15
    assert not [path.name for path in files if path.stem not in named]
    assert sum(path.stat().st_size for path in files) < 100_000


@pytest.mark.parametrize("folder", ["axionlimits", "alpaca"])
def test_files_of_others_name_repository_commit_and_licence(folder):
    for path in (DATA / folder).iterdir():
        head = path.read_text(encoding="utf-8").splitlines()[:3]
        assert all(line.startswith("# ") for line in head)
        assert "github.com/" in head[1]
        assert "commit " in head[1]
        assert "MIT licence" in head[1]
    assert (ROOT / "LICENSES" / f"MIT-{ {'axionlimits': 'AxionLimits', 'alpaca': 'ALPaca'}[folder] }.txt").is_file()


@pytest.mark.parametrize("model", ["zprime", "dark-photon", "alp-photon"])
def test_curves_lie_in_the_plane_of_their_model(model):
    plane = coupling_plane(model)
    drawn = [each for each in plane.exclusions if each.quantity == plane.quantity and isinstance(each.content, Curve)]
    assert drawn
    for declared in drawn:
        curve = declared.content
        seen = np.isfinite(curve.limit) & (curve.mass > plane.mass[0])
        assert plane.value[0] < curve.limit[seen].min(), declared.name
        assert curve.limit[seen].min() < plane.value[1], declared.name


def test_the_35_limits_of_2018_data():
    """The first and the last are those of the abstract: from 5e-2 to 1 for masses below 6 GeV (arXiv:1912.11276)."""
    (declared,) = [each for each in exclusions("zprime") if "2018 data" in each.name]
    assert declared.content.points == 35
    np.testing.assert_allclose(declared.content.at([0.0, 0.5, 1.2, 5.95]), [0.051, 0.051, 0.070, 0.994])
    assert np.isnan(declared.content.at(6.0))


def test_a_statement_is_an_annotation_and_no_area():
    (declared,) = [each for each in exclusions("zprime") if "origin of (g-2)" in each.content_in_words]
    assert declared.kind == "annotation"
    assert declared.content.mass == (0.8, 5.0)
    assert declared.row()["points"] == 0


def test_an_unknown_model_is_refused_with_the_next_one():
    with pytest.raises(InputError, match="Did you mean zprime"):
        coupling_plane("z-prime")
    with pytest.raises(InputError, match="alp-photon"):
        coupling_plane("axion")


def test_a_level_is_a_fraction():
    with pytest.raises(InputError, match="level of x: got 90"):
        Exclusion("x", "annotation", "g", "paper", 90, None, FACTS, Statement("said", (1.0, 2.0)))
    unknown = Exclusion("x", "annotation", "g", "paper", None, None, FACTS, Statement("said", (1.0, 2.0)))
    assert unknown.label == "x, CL not stated"
