"""cms_dimuon: four regions of the dimuon spectrum of CMS Open Data, each with a known particle in it.

Real collisions run through the same code as every other search. What it finds is known: it is a test of the method,
not a dark-sector result.
"""

from __future__ import annotations

import json
from importlib.resources import files

from gloam.searches.declaration import Channel, Observable, Search
from gloam.sourced import Sourced, assumed, published

__all__ = ["SEARCH", "SIDE_BAND_RULE"]

SIDE_BAND_RULE = (
    "lowest order, at least 2, that neither one nor two orders more improve with p < 0.05 in an F-test on the side "
    "bands (bins of a quarter of a width outside +- 3 widths around the known particle); written down by "
    "tools/prepare_cms_dimuon.py from the side bands alone"
)
_ORDERS = json.loads(files(__name__).joinpath("background_orders.json").read_text())["channels"]


def _width(value: float, peak: str) -> Sourced:
    return assumed(value, 0, "GeV", f"unbinned fit of a Gaussian and a parabola to the {peak} in these data")


def _channel(
    name: str, title: str, width: Sourced, peak: Sourced, ends: tuple[float, float], bins: float, step: float
) -> Channel:
    return Channel(
        name=name, title=title, data=f"{name}.npz", range=ends, bin_width=bins, step=step, window=25, signal="gaussian",
        width=width, background=f"polynomial:{_ORDERS[name]['order']}", background_reason=SIDE_BAND_RULE,
        control_peak=peak,
    )  # fmt: skip


SEARCH = Search(
    name="cms_dimuon",
    title="Known particles in real dimuon spectra",
    process="p p -> mu+ mu- + anything",
    experiment="CMS at the LHC (Open Data, dimuon samples)",
    data_kind="real",
    data_source="CMS Open Data, dimuon samples (record 545), CC-BY 4.0",
    luminosity=None,
    observable=Observable(column="M", label=r"$m_{\mu\mu}$"),
    reference="CERN Open Data record 545; cms-opendata-education/cms-jupyter-materials-english, commit fd23734",
    status="real data that exercise the whole chain; not a dark-sector result",
    channels=(
        _channel(
            "omega", "omega(782) over the rho(770)", _width(0.0112, "omega"),
            published(0.78266, 0.00013, "GeV", "PDG 2024, omega(782)"), (0.65, 0.90), 0.001, 0.001,
        ),
        _channel(
            "phi", "phi(1020)", _width(0.0116, "phi"),
            published(1.019461, 0.000016, "GeV", "PDG 2024, phi(1020)"), (0.90, 1.13), 0.001, 0.001,
        ),
        _channel(
            "psi2s", "psi(2S)", _width(0.0300, "psi(2S)"),
            published(3.686097, 0.000011, "GeV", "PDG 2024, psi(2S)"), (3.50, 3.90), 0.002, 0.001,
        ),
        _channel(
            "upsilon1s", "Upsilon(1S)", _width(0.0793, "Upsilon(1S)"),
            published(9.4604, 0.0001, "GeV", "PDG 2024, Upsilon(1S)"), (9.0, 9.7), 0.005, 0.002,
        ),
    ),
    notes=(
        "The peaks are known particles: their significances show that the method works, and mean nothing else.",
        "A peak distorts the background of every window that contains it: deficits beside the peaks are its shadow.",
        "The widths were fitted to the same peaks, so the significances at the peaks are slightly optimistic.",
        "No efficiency, luminosity or systematic uncertainty is known for these samples: limits are on yields.",
    ),
)  # fmt: skip
