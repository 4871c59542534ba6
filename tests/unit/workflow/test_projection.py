"""A run at another luminosity."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.workflow import run
from gloam.workflow.count_file import CountRequest, count_file
from gloam.workflow.projection import project_run
from gloam.workflow.scan_file import ScanRequest, scan_file


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "events.npz"
    np.savez(path, M=np.random.default_rng(3).uniform(1, 2, 3000))
    return str(path)


@pytest.fixture
def scanned(source):
    def made(**options):
        factors = {"luminosity": 50.0, "efficiency": "0.2", "branching_fraction": "0.5", "radiative_factor": "0.9"}
        request = ScanRequest(
            source, "0.02", (1.0, 2.0), column="M", background="polynomial:1", step=(0.1, False),
            vetoes=((1.15, 1.25),), **factors | options,
        )  # fmt: skip
        return scan_file(request)

    return made


def test_at_its_own_luminosity_a_run_expects_what_it_did(scanned):
    made = scanned()
    document = project_run(made, 50.0)
    channel = made.channels[0]
    assert len(document["limits"]) == channel.result.mass.size
    for row, limits in enumerate(document["limits"]):
        assert limits["mass"] == pytest.approx(channel.result.mass[row])
        for i, band in enumerate(("m2", "m1", "0", "p1", "p2")):
            expected = channel.limits.expected[row, i], channel.cross_section.expected[row, i]
            found = limits[f"n_sig_ul_exp_{band}"], limits[f"xsec_ul_fb_exp_{band}"]
            if np.isnan(expected[0]):
                assert found == (None, None)
            else:
                assert found == pytest.approx(expected, rel=1e-6)


def test_a_hundred_times_the_data_gain_a_factor_of_ten(scanned):
    made = scanned()
    now, later = (project_run(made, luminosity)["limits"] for luminosity in (50.0, 5000.0))
    gains = [
        a["xsec_ul_fb_exp_0"] / b["xsec_ul_fb_exp_0"]
        for a, b in zip(now, later, strict=True)
        if a["exponent"] is not None
    ]
    np.testing.assert_allclose(gains, 10.0, rtol=0.1)
    assert all(row["exponent"] == pytest.approx(-0.5, abs=0.02) for row in later if row["exponent"] is not None)


def test_vetoed_masses_are_null(scanned):
    document = project_run(scanned(), 500.0)
    vetoed = [row for row in document["limits"] if 1.15 < row["mass"] < 1.25]
    assert vetoed
    assert all(row["n_sig_ul_exp_0"] is row["exponent"] is None for row in vetoed)
    json.dumps(document, allow_nan=False)


def test_counts_are_projected_by_their_own_method(source):
    made = count_file(
        CountRequest(source, "0.02", "sideband:1,5", (1.0, 2.0), column="M", luminosity=50.0, method="bayes")
    )
    document = project_run(made, 5e5)
    assert document["limit"] == {"method": "bayes", "level": 0.9}
    exponents = [row["exponent"] for row in document["limits"] if row["exponent"] is not None]
    assert len(exponents) > 5
    np.testing.assert_allclose(exponents, -0.5, atol=0.02)


def test_systematics_are_passed_on(scanned):
    from gloam.workflow.systematics import systematic_named

    made = scanned(systematics=(systematic_named("tracking=0.3:signal"),))
    limits = {each: project_run(made, 5000.0, each)["limits"][0]["xsec_ul_fb_exp_0"] for each in ("fixed", "none")}
    assert limits["none"] < limits["fixed"]


def test_without_a_luminosity_nothing_is_projected():
    with pytest.raises(InputError, match="luminosity of cms_dimuon"):
        project_run(run("cms_dimuon"), 10.0)


@pytest.mark.parametrize(
    ("systematics", "words"),
    [("fixed", "floor"), ("scaled", "square root of the luminosity"), ("none", "no uncertainty but")],
)
def test_a_projection_states_what_it_assumes(scanned, systematics, words):
    """Systematics, selection, background, and what the run itself has to say."""
    made = scanned()
    notes = project_run(made, 500.0, systematics)["notes"]
    assert any(note.startswith(f"systematics: {systematics}: ") and words in note for note in notes)
    assert any("selections" in note for note in notes)
    assert any(note.startswith("background: that of the fit to the spectrum") for note in notes)
    assert set(made.notes) <= set(notes)


@pytest.mark.parametrize(
    ("background", "words"),
    [("sideband:1,5", "that of the sidebands"), ("known:{}", "the expectation of each window")],
)
def test_a_projection_of_counts_states_what_it_assumes(source, tmp_path, background, words):
    expected = tmp_path / "expected.npz"
    np.savez(expected, M=np.random.default_rng(4).uniform(1, 2, 3000))
    request = CountRequest(
        source, "0.02", background.format(expected), (1.0, 2.0), column="M", bin_width=0.01, luminosity=50.0
    )
    assert any(words in note for note in project_run(count_file(request), 500.0)["notes"])
