"""Limits on cross sections of a scan of a file: in the columns, in the summary, and in the notes."""

import csv
import json
import math

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.workflow import summary, write_run
from gloam.workflow.scan_file import ScanRequest, scan_file
from gloam.workflow.systematics import systematic_named

BANDS = ("m2", "m1", "0", "p1", "p2")
YIELDS = ("n_sig_ul", *(f"n_sig_ul_exp_{band}" for band in BANDS))
EFFECTIVE = ("eff_xsec_ul_fb", *(f"eff_xsec_ul_fb_exp_{band}" for band in BANDS))
CROSS_SECTIONS = ("xsec_ul_fb", *(f"xsec_ul_fb_exp_{band}" for band in BANDS))
ROUNDING = 1e-9
"""Cells have ten digits: a number is off by at most half of the last one, a ratio of two by twice that."""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "events.npz"
    random = np.random.default_rng(3)
    np.savez(path, M=np.concatenate([random.uniform(1, 2, 1500), random.normal(1.5, 0.02, 40)]))
    return str(path)


@pytest.fixture
def write(tmp_path):
    def written(text, name="table.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return written


@pytest.fixture
def scanned(source):
    def made(**options):
        request = ScanRequest(
            source, "0.02", (1.0, 2.0), column="M", background="polynomial:1", step=(0.1, False),
            vetoes=((1.15, 1.25),), **options,
        )  # fmt: skip
        return scan_file(request)

    return made


@pytest.fixture
def columns(scanned, tmp_path):
    """The columns of limits.csv, NaN where a cell is empty."""

    def read(**options):
        write_run(scanned(**options), tmp_path / "run", figures=False)
        with (tmp_path / "run" / "limits.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        numbers = ("mass", "efficiency", *YIELDS, *EFFECTIVE, *CROSS_SECTIONS, "coupling_ul")
        return {name: np.array([float(row[name] or math.nan) for row in rows]) for name in numbers}

    return read


def test_all_columns_are_yields_over_their_factors(columns, write):
    efficiency = write("mass,efficiency\n1,0.1\n1.4,0.3\n2,0.2\n")
    found = columns(luminosity=50.0, efficiency=efficiency, branching_fraction="0.25", radiative_factor="0.8")
    # drawn by hand: up by 0.05 a step, then down by 1/60
    by_hand = [0.1, 0.15, 0.2, 0.25, 0.3, 17 / 60, 16 / 60, 0.25, 14 / 60, 13 / 60, 0.2]
    np.testing.assert_allclose(found["efficiency"], by_hand, rtol=ROUNDING)
    for limit, effective, cross_section in zip(YIELDS, EFFECTIVE, CROSS_SECTIONS, strict=True):
        np.testing.assert_allclose(found[effective], found[limit] / 50, rtol=ROUNDING)
        np.testing.assert_allclose(found[cross_section], found[limit] / (10 * np.array(by_hand)), rtol=ROUNDING)
        vetoed = np.isclose(found["mass"], 1.2)
        np.testing.assert_array_equal(np.isnan(found[cross_section]), vetoed)
    assert np.isnan(found["coupling_ul"]).all()


@pytest.mark.parametrize("name", ["luminosity", "efficiency"])
def test_columns_fall_as_one_over_luminosity_and_efficiency(columns, name):
    values = {"luminosity": 50.0, "efficiency": 0.25}
    one = columns(luminosity=values["luminosity"], efficiency=str(values["efficiency"]))
    values[name] *= 2
    other = columns(luminosity=values["luminosity"], efficiency=str(values["efficiency"]))
    for column in CROSS_SECTIONS:
        np.testing.assert_allclose(one[column], 2 * other[column], rtol=2 * ROUNDING)
    for column in YIELDS:
        np.testing.assert_array_equal(one[column], other[column])
    scale = 2 if name == "luminosity" else 1
    for column in EFFECTIVE:
        np.testing.assert_allclose(one[column], scale * other[column], rtol=2 * ROUNDING)


def test_a_cross_section_that_was_put_in_is_found(tmp_path):
    """20 fb at 100 fb^-1 with an efficiency of 0.3, half of the decays and 0.9 of the Born cross section."""
    random = np.random.default_rng(11)
    signal = random.normal(1.5, 0.02, random.poisson(20 * 100 * 0.3 * 0.5 * 0.9))
    np.savez(tmp_path / "x.npz", M=np.concatenate([random.uniform(1, 2, 3000), signal]))
    request = ScanRequest(
        str(tmp_path / "x.npz"), "0.02", (1.0, 2.0), column="M", background="polynomial:1", step=(0.5, False),
        luminosity=100.0, efficiency="0.3", branching_fraction="0.5", radiative_factor="0.9",
    )  # fmt: skip
    channel = scan_file(request).channels[0]
    per_fb = channel.factors.events_per_fb(channel.result.mass)[1]
    found, error = channel.result.n_sig[1] / per_fb, channel.result.n_sig_err[1] / per_fb
    assert per_fb == pytest.approx(13.5)
    assert abs(found - 20) < 3 * error < 10
    assert channel.cross_section.observed[1] > found


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ({}, ("visible", True)),
        ({"branching_fraction": "0.5"}, ("visible", False)),
        ({"radiative_factor": "0.9"}, ("Born", True)),
        ({"branching_fraction": "0.5", "radiative_factor": "0.9"}, ("Born", False)),
    ],
)
def test_the_summary_says_which_cross_section_it_is(scanned, options, labels):
    numbers = summary(scanned(luminosity=50.0, efficiency="0.25", **options))
    found = numbers["limit"]["cross_section"]
    assert (found["kind"], found["branching_fraction_included"]) == labels
    assert found["luminosity_fb"] == numbers["data"]["luminosity_fb"] == 50
    assert found["efficiency"] == 0.25
    assert found["branching_fraction"] == (0.5 if "branching_fraction" in options else None)
    assert found["radiative_factor"] == (0.9 if "radiative_factor" in options else None)
    assert found["xsec_ul_fb"].endswith(f"{labels[0]} cross section{' times branching fraction' if labels[1] else ''}")
    channel = numbers["channels"][0]
    factor = 12.5 * (found["branching_fraction"] or 1) * (found["radiative_factor"] or 1)
    assert channel["median_xsec_ul_fb"] == pytest.approx(channel["median_n_sig_ul"] / factor)


@pytest.mark.parametrize(
    ("options", "reason", "empty"),
    [
        ({}, "no efficiency or luminosity is declared", {*EFFECTIVE, *CROSS_SECTIONS, "efficiency"}),
        ({"luminosity": 50.0}, "xsec_ul_fb: no efficiency is declared", {*CROSS_SECTIONS, "efficiency"}),
        ({"efficiency": "0.2"}, "no luminosity is declared", {*EFFECTIVE, *CROSS_SECTIONS}),
        ({"luminosity": 50.0, "efficiency": "0.2"}, "coupling_ul: no model is declared", set()),
    ],
)
def test_what_is_not_known_is_empty_and_the_notes_say_why(scanned, columns, options, reason, empty):
    found = columns(**options)
    assert {name for name in found if np.isnan(found[name]).all()} == empty | {"coupling_ul"}
    numbers = summary(scanned(**options))
    assert any(reason in note for note in numbers["notes"])
    assert (numbers["limit"]["cross_section"] is None) == ("luminosity" not in options)
    assert (numbers["channels"][0]["median_xsec_ul_fb"] is None) == ("xsec_ul_fb" in empty)


def test_systematics_are_listed(scanned, write):
    made = scanned(
        luminosity=50.0,
        efficiency=write("mass,efficiency,error\n1,0.1,0.01\n2,0.2,0.01\n"),
        systematics=(systematic_named("luminosity=0.014:signal"), systematic_named("norm=1:background", "gaussian")),
    )
    found = {each.pop("name"): each for each in summary(made)["systematics"]}
    assert found["luminosity"] == {"target": "signal", "relative": 0.014, "constraint": "lognormal"}
    assert found["norm"] == {"target": "background", "relative": 1.0, "constraint": "gaussian"}
    assert found["efficiency"]["relative"] == pytest.approx([0.05, 0.1])
    assert any("change nothing" in note for note in made.notes)
    assert summary(scanned())["systematics"] == []


def test_luminosity_and_factors_are_kept_in_the_files(scanned, tmp_path):
    made = scanned(luminosity=50.0, efficiency="0.25")
    write_run(made, tmp_path, figures=False)
    with np.load(tmp_path / "fits.npz", allow_pickle=False) as stored:
        assert (stored["scan.events_per_fb"] == 12.5).all()
    assert made.channels[0].result.setup.spectrum.origin.luminosity_fb == 50
    json.loads((tmp_path / "summary.json").read_text(), parse_constant=pytest.fail)


def test_another_table_of_the_same_name_is_another_declaration(scanned, write):
    hashes = []
    for value in (0.1, 0.1, 0.2):
        table = write(f"mass,efficiency\n1,{value}\n2,0.5\n")
        hashes.append(scanned(luminosity=1.0, efficiency=table, limits=False).hashes["declaration"])
    assert hashes[0] == hashes[1] != hashes[2]


class TestRefusals:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"luminosity": 0.0}, "luminosity: got 0; allowed: a number above 0"),
            ({"efficiency": "1.2"}, "efficiency: got 1.2; "),
            ({"branching_fraction": "0"}, "branching fraction: got 0; "),
            ({"radiative_factor": "-0.9"}, "radiative factor: got -0.9; "),
        ],
    )
    def test_before_the_file_is_read(self, options, words):
        with pytest.raises(InputError, match=words):
            scan_file(ScanRequest("absent.csv", "0.02", (1.0, 2.0), column="M", **options))

    def test_a_table_that_does_not_cover_the_masses(self, scanned, write):
        with pytest.raises(InputError, match=r"table\.csv for masses from 1 to 2: got a table from 1\.1 to 3"):
            scanned(efficiency=write("mass,efficiency\n1.1,0.1\n3,0.5\n"))

    def test_errors_that_are_percentages(self, scanned, write):
        with pytest.raises(InputError, match=r"got a relative error of 30; .* errors are absolute"):
            scanned(efficiency=write("mass,efficiency,error\n1,0.1,3\n2,0.5,3\n"))
