"""Likelihoods for other programs: what is in them, and what cannot be said in them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.export import axionlimits_text, histfactory_model, hs3_document, pyhf_workspace
from gloam.models import Component, Components, Exponential, Gaussian, Polynomial, YieldNuisance, resolution_nuisance
from gloam.models.template_background import Peak
from gloam.report import fit_view
from gloam.scans import Grid, Scan, fit_scan, sliding_windows
from gloam.spectra import Spectrum, uniform_axis, with_flow

AXIS = uniform_axis(1.0, 2.0, bins=50)
COUNTS = np.random.default_rng(3).poisson(np.linspace(40, 20, 50)).astype(float)
SHAPE = Gaussian(0.05)


def scan(**changed):
    spectrum = Spectrum((AXIS,), with_flow(COUNTS, (AXIS,)))
    grid = Grid.of(np.array([1.5]))
    declared = Scan(spectrum, SHAPE, Polynomial(2), grid, sliding_windows(AXIS, grid.position, 0.4))
    return fit_scan(replace(declared, **changed))


def expected(model, values):
    """The expectation that the samples make at values of their factors; others at their start."""
    factors = {name: start for name, (start, _, _) in model.ranges.items()} | values
    return sum(s.contents * (1.0 if s.factor is None else factors[s.factor]) for s in model.samples)


def test_the_samples_span_every_fit_of_the_scan():
    result = scan()
    model = histfactory_model(result, 0)
    shifts = np.column_stack([s.contents for s in model.samples[2:]])
    view = fit_view(result, 0)
    # the background of the free fit is the one without a signal, moved along the samples
    difference = view.background - model.samples[1].contents
    found, _, rank, _ = np.linalg.lstsq(shifts, difference, rcond=None)
    assert rank == 3
    assert np.abs(shifts @ found - difference).max() < 1e-9 * view.background.max()
    total = expected(model, {"mu": view.n_sig / model.events} | {f"background_{k}": t for k, t in enumerate(found)})
    np.testing.assert_allclose(total, view.expected, rtol=1e-9)


def test_the_factors_have_errors_of_one_and_no_correlation():
    model = histfactory_model(scan(), 0)
    shifts = np.column_stack([s.contents for s in model.samples[2:]])
    information = shifts.T @ (shifts / model.samples[1].contents[:, None])
    np.testing.assert_allclose(information, np.eye(3), atol=1e-9)


def test_vetoed_bins_are_left_out():
    model = histfactory_model(scan(vetoes=((1.2, 1.3),)), 0)
    low, high = model.edges
    assert not ((low >= 1.2 - 1e-9) & (high <= 1.3 + 1e-9)).any()
    assert model.counts.size == 35
    axis = hs3_document(model)["distributions"][0]["axes"][0]
    assert axis == {"name": "bin", "min": 0.0, "max": 35.0, "nbins": 35}


def test_uncertain_signals_become_modifiers():
    nuisances = YieldNuisance("efficiency of trigger", 0.05), resolution_nuisance("resolution", SHAPE, 0.1)
    model = histfactory_model(scan(nuisances=nuisances), 0)
    workspace = pyhf_workspace(model)
    modifiers = {each["name"]: each for each in workspace["channels"][0]["samples"][0]["modifiers"]}
    assert modifiers["efficiency of trigger"]["type"] == "normsys"
    assert modifiers["efficiency of trigger"]["data"] == pytest.approx({"hi": 1.05, "lo": 1 / 1.05})
    morph = modifiers["resolution"]["data"]
    signal = np.array(workspace["channels"][0]["samples"][0]["data"])
    np.testing.assert_allclose(0.5 * (np.array(morph["hi_data"]) + morph["lo_data"]), signal, rtol=1e-9, atol=1e-12)
    assert model.systematics == ("efficiency of trigger", "resolution")


def test_an_hs3_document_refers_only_to_what_it_holds():
    nuisances = YieldNuisance("efficiency of trigger", 0.05), resolution_nuisance("resolution", SHAPE, 0.1)
    model = histfactory_model(scan(nuisances=nuisances), 0, "low mass", "M(ee) [GeV]")
    document = json.loads(json.dumps(hs3_document(model), allow_nan=False))
    assert document["metadata"]["hs3_version"] == "0.2"
    (distribution,), (data,), (likelihood,) = (document[k] for k in ("distributions", "data", "likelihoods"))
    assert likelihood["distributions"] == [distribution["name"]] == ["low_mass"]
    assert likelihood["data"] == [data["name"]]
    assert data["axes"] == distribution["axes"]
    axis = data["axes"][0]
    assert axis["edges"][0] == axis["min"] == pytest.approx(1.1)
    assert axis["edges"][-1] == axis["max"] == pytest.approx(1.9)
    assert len(axis["edges"]) == len(data["contents"]) + 1
    used = {m["parameter"] for sample in distribution["samples"] for m in sample["modifiers"]}
    domain = {each["name"] for each in document["domains"][0]["axes"]}
    start = {each["name"]: each["value"] for each in document["parameter_points"][0]["parameters"]}
    assert used == domain == start.keys()
    assert {"efficiency_of_trigger", "resolution", "mu"} < used
    analysis = document["analyses"][0]
    assert analysis["parameters_of_interest"] == ["mu"]
    assert (analysis["likelihood"], analysis["init"]) == ("likelihood", "start")
    sizes = {len(sample["data"]["contents"]) for sample in distribution["samples"]}
    assert sizes == {len(data["contents"])}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"background": Exponential()}, "slope"),
        (
            {
                "background": Components(
                    (
                        Component("smooth", Polynomial(1)),
                        Component("peak", Peak(Gaussian(0.02), 1.3), 20.0, 0.1, "gaussian"),
                    )
                )
            },
            "constrained background yield",
        ),
        (
            {
                "background": Components((Component("smooth", Polynomial(1)),)),
                "nuisances": (YieldNuisance("shape", 0.1, "smooth"),),
            },
            "an uncertain background",
        ),
    ],
    ids=["slope", "constrained yield", "uncertain background"],
)
def test_what_histfactory_cannot_say_is_refused_with_the_reason(changed, said):
    with pytest.raises(InputError, match=said):
        histfactory_model(scan(**changed), 0)


def test_weighted_data_are_refused():
    weighted = Spectrum((AXIS,), with_flow(0.5 * COUNTS, (AXIS,)), with_flow(0.25 * COUNTS, (AXIS,)))
    with pytest.raises(InputError, match="weighted data"):
        histfactory_model(scan(spectrum=weighted), 0)


def test_a_hypothesis_without_a_fit_is_refused():
    with pytest.raises(InputError, match="no fit was made"):
        histfactory_model(scan(vetoes=((1.45, 1.55),)), 0)


def test_axionlimits_text_is_in_electronvolts_and_in_order():
    text = axionlimits_text("dark-photon", np.array([2.0, 0.5, 1.0]), np.array([1e-3, 2e-3, np.nan]), "two\nlines")
    rows = np.loadtxt(text.splitlines())
    np.testing.assert_allclose(rows, [[5e8, 2e-3], [2e9, 1e-3]])
    assert text.startswith("# two\n# lines\n# DarkPhoton: mass [eV]")


@pytest.mark.parametrize(("model", "said"), [(None, "no model"), ("zprime", "zprime, which has no plane")])
def test_a_coupling_without_a_plane_is_refused(model, said):
    with pytest.raises(InputError, match=said):
        axionlimits_text(model, np.array([1.0]), np.array([1e-3]), "")
