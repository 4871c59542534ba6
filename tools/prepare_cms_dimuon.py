"""Makes the data and the background orders that the search `cms_dimuon` carries.

    python tools/prepare_cms_dimuon.py DIRECTORY

DIRECTORY holds the CSV files of github.com/cms-opendata-education/cms-jupyter-materials-english, folder Data/
(commit fd23734a71b863d944d44f7dbe9c0d0261c5302b, CC-BY 4.0). Only their column M is kept.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import numpy as np

from gloam.calibration import select_order
from gloam.events import read_columns
from gloam.searches import load_search
from gloam.searches.cms_dimuon import SIDE_BAND_RULE
from gloam.spectra import fill, uniform_axis

ROOM = Path(__file__).parents[1] / "src" / "gloam" / "searches" / "cms_dimuon"
FILES = {"omega": "peakdata5.csv", "phi": "peakdata4.csv", "psi2s": "peakdata6.csv", "upsilon1s": "peakdata3.csv"}


def main(directory: Path) -> None:
    """Write `<channel>.npz` and `background_orders.json`."""
    for channel, name in FILES.items():
        mass = read_columns(directory / name, ["M"])["M"]
        # the CSV has at most six decimals; writing 9.362169999999999 as 9.36217 halves the file
        np.savez_compressed(ROOM / f"{channel}.npz", M=np.round(mass, 6))
        print(channel, mass.size, "events")
    choices = {}
    for channel in load_search("cms_dimuon").channels:
        choices[channel.name] = dataclasses.asdict(choose(channel))
    text = json.dumps({"rule": SIDE_BAND_RULE, "channels": choices}, indent=1)
    (ROOM / "background_orders.json").write_text(text + "\n")


def choose(channel):
    """The background order of a channel, from its side bands alone."""
    width, peak = float(channel.width), float(channel.control_peak)
    mass = np.load(ROOM / f"{channel.name}.npz", allow_pickle=False)["M"]
    coarse = fill(mass, uniform_axis(*channel.range, width=width / 4))
    return select_order(coarse, (peak - 3 * width, peak + 3 * width), least=2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
