"""belle_b0_lambda_dark_baryon: eight masses on pseudo-data, limits on the branching fraction, and a run read back."""

import json

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.searches import load_search
from gloam.workflow import load_run, run, summary, write_run
from gloam.workflow.on_off import counting_scan, pseudo_decays, simulated_background, user_decays
from gloam.workflow.prepared import decay_counts
from gloam.workflow.pseudo_data import Injection
from gloam.workflow.treatments import limits_by_treatment

SEARCH = load_search("belle_b0_lambda_dark_baryon")
CHANNEL = SEARCH.channels[0]


@pytest.fixture(scope="module")
def found():
    return run(SEARCH, seed=1)


def test_every_mass_has_a_limit(found):
    numbers = summary(found)
    assert numbers["n_hypotheses"] == 8
    assert numbers["n_failed"] == numbers["limit"]["n_failed"] == 0
    assert numbers["limit"]["coupling"] == "B(B0 -> Lambda psi)"
    assert numbers["data"] == {"kind": "pseudo", "source": numbers["data"]["source"], "luminosity_fb": 711.0,
                               "entries": numbers["data"]["entries"]}  # fmt: skip


def test_a_limit_is_a_yield_over_what_one_would_give(found):
    """s = 2 N_BB 0.486 eps B 0.639, arXiv:2110.14086."""
    channel = found.channels[0]
    efficiency = channel.factors.at("efficiency", channel.result.mass)
    expected = channel.limits.observed / (2 * 772e6 * 0.486 * efficiency * 0.639)
    assert channel.coupling_limits.observed == pytest.approx(expected, rel=1e-12)


def test_the_published_injection_is_found():
    """B = 8e-5 at 2.5 GeV: about 17 events where a tenth of one is expected."""
    numbers = summary(run(SEARCH, seed=1, inject=(2.5, 8e-5)))
    assert numbers["max_excess"]["mass"] == 2.5
    assert numbers["max_excess"]["z_local"] > 5


def test_an_injected_signal_has_the_declared_size():
    """Pseudo-data with a large signal minus those without: the window holds what the efficiency says."""
    prepared = decay_counts(SEARCH)["lambda"]
    large, without = (
        pseudo_decays(SEARCH, CHANNEL, prepared, 2, each).values() for each in (Injection(3.0, 1e-2), None)
    )
    mass = np.array([3.0])
    inside = np.abs(prepared.edges[:-1] + 0.0005 - 3.0) < prepared.at("half_width", mass)
    expected = 1e-2 * 2 * 772e6 * 0.486 * 0.639 * prepared.at("efficiency", mass)[0]
    assert abs((large - without)[inside].sum() - expected) < 4 * np.sqrt(expected)


def test_masses_that_are_not_simulated_are_refused():
    with pytest.raises(InputError, match=r"1 to 3\.9"):
        run(SEARCH, inject=(0.5, 1e-4))


def test_rare_decays_have_more_simulation():
    """Effective numbers: between 6 and 50 times the background of the data, never a weighted count of them as one."""
    prepared = decay_counts(SEARCH)["lambda"]
    background = simulated_background(SEARCH, CHANNEL, prepared)
    spectrum = pseudo_decays(SEARCH, CHANNEL, prepared, 1, None)
    result = counting_scan(SEARCH, CHANNEL, prepared, spectrum)
    assert background.spectrum.is_weighted
    from gloam.scans.counting import count_windows

    tau = count_windows(result).tau
    assert ((tau >= 6 - 1e-9) & (tau <= 50 + 1e-9)).all()
    total = background.spectrum.values().sum() / 6
    assert total == pytest.approx(prepared.expected.sum(), rel=0.35)


def test_treatments_differ_as_they_must(found):
    """A literal density moves the background down, so that its limits are above those in ln x; CLs nearly averages."""
    limits = {name: pair[0] for name, pair in limits_by_treatment(found.channels[0].result, 0.90).items()}
    assert (limits["profiled literally"] > limits["profiled in ln x"]).all()
    assert limits["averaged CLs"] == pytest.approx(limits["averaged"], rel=0.03)
    assert limits["averaged"] == pytest.approx(found.channels[0].limits.observed, rel=1e-6)
    assert (limits["averaged"] > limits["profiled in ln x"]).all()


def test_a_run_is_read_back(found, tmp_path):
    """The same limits, and the same files."""
    write_run(found, tmp_path / "a", figures=False)
    again = load_run(tmp_path / "a")
    np.testing.assert_array_equal(again.channels[0].limits.expected, found.channels[0].limits.expected)
    write_run(again, tmp_path / "b", figures=False)
    for name in ("limits.csv", "scan.csv"):
        assert (tmp_path / "a" / name).read_text() == (tmp_path / "b" / name).read_text()


def test_own_data(tmp_path, found):
    """Selected events by their recoil mass, or the spectrum that a run wrote; events are refused."""
    path = tmp_path / "events.csv"
    path.write_text("M_recoil\n" + "\n".join(["2.5"] * 3 + ["3.2"]))
    counted = run(SEARCH, path).channels[0].result.observed
    assert counted[CHANNEL.masses.index(2.5)] == 3
    assert counted.sum() == 3
    write_run(found, tmp_path / "run", figures=False)
    again = user_decays(CHANNEL, decay_counts(SEARCH)["lambda"], tmp_path / "run" / "spectrum.json", "spectrum")
    np.testing.assert_array_equal(again.values(), found.channels[0].result.spectrum.values())
    with pytest.raises(InputError, match="selected or spectrum"):
        run(SEARCH, path, stage="events")


def test_the_declaration_can_be_written_out():
    document = json.loads(SEARCH.model_dump_json())
    assert document["preparation"]["detector"]["name"] == "belle"
    assert len(document["channels"][0]["systematics"]) == 16


def test_limits_beside_the_published_range(found):
    """Nothing was fitted to them: the counts at eight masses against the range of the observed ones."""
    published = found.published
    assert published["published"] == [2.1e-5, 3.8e-5]
    assert 0.33 < published["median_ratio"] < 3
