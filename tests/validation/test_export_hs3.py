"""What is exported as HS3: pyhs3 reads it, and its likelihood is that of the fit, up to a constant.

`make check-peers` runs it: pyhs3 brings a compiler of graphs, which the other tests do not need.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.stats import norm, poisson

from gloam.export import histfactory_model, hs3_document
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.workflow.data import own_spectrum
from gloam.workflow.declaring import declare_channel

pyhs3 = pytest.importorskip("pyhs3")

pytestmark = [pytest.mark.validation, pytest.mark.filterwarnings("ignore")]

HYPOTHESES = [
    ("cms_dimuon", 0, 0.70),
    ("cms_dimuon", 3, 9.46),
    ("belle2_alp_3gamma", 0, 0.26),
    ("belle2_alp_3gamma", 2, 5.0),
]
POINTS = 5


def exported(name, number, mass):
    search = load_search(name)
    channel = search.channels[number]
    scan = declare_channel(search, channel, own_spectrum(search, channel, 1, None))
    row = int(np.abs(scan.grid.mass - mass).argmin())
    return histfactory_model(fit_scan(scan.take(np.array([row]))), 0, channel.name)


def log_likelihood(model, parameters):
    """Poisson terms and unit normal constraints, straight from the samples."""
    expected = np.zeros_like(model.counts)
    for sample in model.samples:
        contents = np.asarray(sample.contents, float)
        shift = np.zeros_like(contents)
        factor = 1.0 if sample.factor is None else parameters[sample.factor]
        for each in sample.systematics:
            alpha = parameters[each.name]
            high, low = np.asarray(each.high, float), np.asarray(each.low, float)
            if each.is_factor:
                factor *= (high if alpha > 0 else low) ** abs(alpha)
            else:
                shift += alpha * ((high - contents) if alpha > 0 else (contents - low))
        expected += factor * (contents + shift)
    constraints = sum(norm.logpdf(parameters[name]) for name in model.systematics)
    return poisson.logpmf(model.counts, expected).sum() + constraints


@pytest.mark.parametrize(("name", "number", "mass"), HYPOTHESES)
def test_pyhs3_has_the_same_likelihood(name, number, mass):
    import pytensor
    from pytensor.graph.traversal import explicit_graph_inputs

    model = exported(name, number, mass)
    theirs = pyhs3.Workspace(**hs3_document(model)).model("limit").log_prob
    inputs = {each.name: each for each in explicit_graph_inputs([theirs])}
    function = pytensor.function(list(inputs.values()), theirs)
    named = {re.sub(r"\W+", "_", each).strip("_"): each for each in model.systematics}
    stream = np.random.default_rng(5)
    differences = []
    for _ in range(POINTS):
        point = {each: stream.normal(0, 0.3) for each in inputs}
        point["mu"] = abs(point["mu"])  # its domain begins at 0
        ours = log_likelihood(model, {named.get(each, each): value for each, value in point.items()})
        differences.append(float(function(*(np.asarray(point[each]) for each in inputs))) - ours)
    assert np.ptp(differences) < 1e-8 * abs(ours)
