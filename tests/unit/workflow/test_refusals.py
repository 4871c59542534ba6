"""What workflow refuses: saved files that lack something, and declarations that lack what a step needs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.fit import FitStatus
from gloam.searches import load_search
from gloam.workflow import load_run, run, write_run
from gloam.workflow.coupling import AtHypotheses, model_coupling, plane_coupling
from gloam.workflow.declaring_counts import _luminosity as luminosity_of_counts
from gloam.workflow.network_events import TableSource
from gloam.workflow.pseudo_data import _luminosity as luminosity_of_pseudo_data
from gloam.workflow.several_energies import energy_factors
from gloam.workflow.stored import restored_limits
from gloam.workflow.studies import Amount, chosen_hypotheses, yields_of
from gloam.workflow.toys import restored_toys

DIMUON = load_search("cms_dimuon")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: restored_toys({}), "read toys.npz: got no array"),
        (lambda: restored_limits({}, "low"), "read the limits of low"),
        (lambda: yields_of([Amount(0.5, in_limits=True)], np.array([np.nan])), "a mass without one"),
        (lambda: luminosity_of_counts(DIMUON), "counts of cms_dimuon: got no luminosity"),
        (lambda: luminosity_of_pseudo_data(DIMUON), "pseudo-data of cms_dimuon: got no luminosity"),
        (lambda: AtHypotheses(np.ones(3))(np.ones(2)), "2 masses; allowed: those of all 3 windows"),
        (
            lambda: plane_coupling(load_search("belle2_alp_3gamma"), np.ones(1), np.ones(1)),
            "alp-photon; allowed: dark-higgsstrahlung",
        ),
        (lambda: model_coupling("zprime", None, "0.5", decay="mumu"), "--decay and --branching-fraction: got both"),
        (
            lambda: energy_factors(DIMUON, DIMUON.channels[0].model_copy(update={"cross_section": "Born"})),
            "no data sets, or another model than zprime",
        ),
    ],
)
def test_what_lacks_something(ask, words):
    with pytest.raises(InputError, match=words):
        ask()


@pytest.fixture(scope="module")
def made():
    """A run of one channel."""
    return run(DIMUON.model_copy(update={"channels": DIMUON.channels[:1]}))


def test_masses_without_a_certified_fit(made):
    (channel,) = made.channels
    failed = np.full_like(channel.result.status, FitStatus.NOT_CERTIFIED.value)
    nothing = np.full_like(channel.result.n_sig, np.nan)
    bad = replace(channel.result, status=failed, n_sig=nothing, n_sig_err=nothing, q0=nothing)
    changed = replace(made, channels=(replace(channel, result=bad),))
    with pytest.raises(InputError, match="a run without a certified fit"):
        chosen_hypotheses(changed)
    with pytest.raises(InputError, match="masses with a certified fit"):
        chosen_hypotheses(changed, [float(bad.mass[3])])


@pytest.mark.parametrize(
    ("file", "key", "value", "words"),
    [
        ("declaration.json", "schema_version", 99, "schema version 99"),
        ("declaration.json", "request", {"width": []}, "read declaration.json"),
    ],
)
def test_declarations_of_another_kind(tmp_path, file, key, value, words):
    from gloam.workflow.scan_file import ScanRequest, scan_file

    events = tmp_path / "x.csv"
    events.write_text("M\n" + "".join(f"{each}\n" for each in np.linspace(1, 2, 500)))
    write_run(scan_file(ScanRequest(str(events), "0.02", (1.0, 2.0), column="M")), tmp_path / "out", figures=False)
    path = tmp_path / "out" / file
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(InputError, match=words):
        load_run(tmp_path / "out")


def test_fits_of_other_masses(tmp_path):
    from gloam.workflow.scan_file import ScanRequest, scan_file

    events = tmp_path / "x.csv"
    events.write_text("M\n" + "".join(f"{each}\n" for each in np.linspace(1, 2, 500)))
    out = tmp_path / "out"
    write_run(scan_file(ScanRequest(str(events), "0.02", (1.0, 2.0), column="M")), out, figures=False)
    with np.load(out / "fits.npz") as stored:
        arrays = dict(stored)
    arrays["scan.mass"] = arrays["scan.mass"] + 1
    np.savez(out / "fits.npz", **arrays)
    with pytest.raises(InputError, match="other hypotheses than are declared"):
        load_run(out)


def test_a_table_of_widths_that_is_too_short(tmp_path):
    path = tmp_path / "table.npz"
    label = np.repeat([1.0, 0.0], 20)
    np.savez(path, process=label, label=label, mass_generated=np.where(label > 0, 5.0, -999.0), weight=np.ones(40),
             recoil_mass2=np.full(40, 25.0), pT=np.arange(40.0))  # fmt: skip
    source = TableSource(str(path), luminosity=1.0, generated=20.0, widths=(np.array([1.0, 2.0]), np.array([0.1, 0.1])))
    table = source.whole()
    with pytest.raises(InputError, match="the range of the table of widths"):
        source.hypotheses(table)
    with pytest.raises(InputError, match="a number above 0"):
        replace(source, generated=0.0).whole()
