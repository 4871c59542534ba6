"""What is exported for pyhf: pyhf excludes the yield that gloam excludes, on five hypotheses of two searches.

pyhf reads the JSON and sets CLs with its own fits. The limit lies within 1e-3 of ours if CLs crosses 1 - level between
0.999 and 1.001 times ours.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from gloam.export import histfactory_model, pyhf_workspace
from gloam.scans import fit_scan
from gloam.searches import load_search
from gloam.statistics import upper_limits
from gloam.workflow.data import own_spectrum
from gloam.workflow.declaring import declare_channel

pytestmark = [
    pytest.mark.validation,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning:pyhf"),
]

HYPOTHESES = [
    ("cms_dimuon", 0, 0.70), ("cms_dimuon", 1, 1.10), ("cms_dimuon", 3, 9.60),
    ("belle2_alp_3gamma", 0, 0.26), ("belle2_alp_3gamma", 2, 5.0),
]  # fmt: skip
LEVEL = 0.9


@pytest.mark.parametrize(("name", "number", "mass"), HYPOTHESES)
def test_pyhf_excludes_the_same_yield(name, number, mass, record_property):
    import pyhf

    search = load_search(name)
    channel = search.channels[number]
    scan = declare_channel(search, channel, own_spectrum(search, channel, 1, None))
    row = int(np.abs(scan.grid.mass - mass).argmin())
    result = fit_scan(scan.take(np.array([row])))
    limit = float(upper_limits(result, LEVEL, bands=False).observed[0])
    model = histfactory_model(result, 0, channel.name)
    workspace = pyhf.Workspace(json.loads(json.dumps(pyhf_workspace(model))))
    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-4, strategy=1))
    theirs = workspace.model()
    data = workspace.data(theirs)
    below, above = (
        float(pyhf.infer.hypotest(part * limit / model.events, data, theirs, test_stat="qtilde"))
        for part in (0.999, 1.001)
    )
    record_property("limit", limit)
    assert below > 1 - LEVEL > above
