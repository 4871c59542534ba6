"""A run read back from its directory: everything that was fitted is read, nothing is fitted again."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gloam.blinding import require_open
from gloam.errors import InputError
from gloam.report import Channel, ChannelResult, CountingChannel
from gloam.spectra import Origin, Spectrum, from_uhi_json
from gloam.store import SCHEMA_VERSION
from gloam.workflow.coupling import nominal_energy
from gloam.workflow.declared import declared_request, search_hash
from gloam.workflow.prepared import prepared_cut_flows
from gloam.workflow.results import CombinedLimits, Run
from gloam.workflow.stored import Arrays, restored_channel, restored_cross_checks, restored_limits
from gloam.workflow.toys import restored_toys

if TYPE_CHECKING:
    from gloam.searches import AnySearch, CountingSearch, OnOffSearch

__all__ = ["load_run"]

DOCUMENTS = ("declaration.json", "summary.json", "provenance.json")
NEEDED = (*DOCUMENTS, "spectrum.json", "fits.npz")


def load_run(directory: Path, search: AnySearch | None = None) -> Run:
    """The run that `write_run` wrote to a directory, without fitting anything.

    Written again it gives the same files; only the date of `provenance.json` is another. The models come from the
    declaration: that of the search, by name and with the hash it had, or the options of `gloam scan` with the contents
    of the tables they named. Data files are not read: their spectrum is in the directory.

    Args:
        directory: of the run.
        search: the declaration, for a search that is not installed.

    Raises:
        InputError: for a directory without a run or with one that cannot be read back: made by Python code without a
            declaration, or by another version of the search.

    Example:
        >>> import gloam
        >>> from gloam.workflow import write_run
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = write_run(gloam.run("cms_dimuon"), Path(folder), figures=False)
        ...     upsilon = load_run(Path(folder)).channels[-1].result
        >>> float(upsilon.mass[upsilon.z_local.argmax()])
        9.45
    """
    files = _read(directory)
    channels: tuple[Channel, ...]
    match files.declaration["kind"]:
        case "search":
            channels, rest = _of_search(files, search)
        case "count":
            channels, rest = _of_counts(files)
        case _:
            channels, rest = _of_scan(files)
    return Run(
        name=files.declaration["name"],
        title=files.summary["title"],
        channels=channels,
        seconds=files.summary["seconds"],
        hashes=files.provenance["hashes"],
        published=files.declaration["published"],
        notes=tuple(files.declaration["notes"]),
        declaration={key: value for key, value in files.declaration.items() if key != "schema_version"},
        seed=files.provenance["seed"],
        toys=None if files.toys is None else restored_toys(files.toys),
        blinding=files.summary["data"].get("blinding", {}),
        **rest,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Files:
    """What is read of a run."""

    directory: Path
    declaration: dict[str, Any]
    summary: dict[str, Any]
    provenance: dict[str, Any]
    spectra: str
    arrays: Arrays
    toys: Arrays | None

    @property
    def channels(self) -> list[str]:
        """The names of the channels."""
        return [str(name) for name in self.arrays["channels"]]

    def spectrum(self, channel: str) -> Spectrum:
        """The spectrum of a channel."""
        named = channel if len(self.channels) > 1 else None
        return from_uhi_json(self.spectra, named, f"read {self.directory / 'spectrum.json'}")


def _read(directory: Path) -> _Files:
    missing = [name for name in NEEDED if not (directory / name).is_file()]
    if missing:
        remedy = "give the --out of a run"
        if missing == ["declaration.json"]:
            remedy = "run it again: it was made by an older version, or by Python code that declares nothing"
        raise InputError(f"read the run in {directory}", f"no {', '.join(missing)}", "the files of a run", remedy)
    try:
        declaration, summary, provenance = (
            json.loads((directory / name).read_text())
            for name in ("declaration.json", "summary.json", "provenance.json")
        )
        arrays = _arrays(directory / "fits.npz")
        toys = _arrays(directory / "toys.npz") if (directory / "toys.npz").is_file() else None
    except (ValueError, OSError, EOFError) as fault:
        raise _damaged(directory, str(fault)) from None
    except Exception as fault:
        if type(fault).__name__ == "BadZipFile":
            raise _damaged(directory, str(fault)) from None
        raise
    version = declaration.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InputError(
            f"read the run in {directory}", f"schema version {version}", f"{SCHEMA_VERSION}", "run it again"
        )  # fmt: skip
    if not summary["data"].get("blinding"):
        require_open(directory, provenance["hashes"].get("file"))
    spectra = (directory / "spectrum.json").read_text()
    return _Files(directory, declaration, summary, provenance, spectra, arrays, toys)


def _arrays(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _damaged(directory: Path, fault: str) -> InputError:
    return InputError(f"read the run in {directory}", f"a damaged file ({fault})", "the files of a run", "run it again")


def _of_search(files: _Files, search: AnySearch | None) -> tuple[tuple[Channel, ...], dict[str, Any]]:
    from gloam.searches import CountingSearch, OnOffSearch, load_search
    from gloam.workflow.declaring import bare_channel, channel_variants, declare_channel, nuisances_of
    from gloam.workflow.width_calibration import in_summary

    declared = load_search(files.declaration["search"]) if search is None else search
    if search_hash(declared) != files.declaration["hash"]:
        raise InputError(
            f"read the run in {files.directory}", f"another declaration of {declared.name} than the present one",
            "the declaration that it was made with", "run it again",
        )  # fmt: skip
    if isinstance(declared, OnOffSearch):
        return _of_decays(files, declared)
    if isinstance(declared, CountingSearch):
        return _of_counting_search(files, declared)
    known = {channel.name: channel for channel in declared.channels}
    channels = []
    spectra, first = {name: files.spectrum(name) for name in files.channels}, known[files.channels[0]]
    for name, spectrum in spectra.items():
        scan = declare_channel(declared, known[name], spectrum)
        variants = {each.name: each.scan for each in channel_variants(declared, scan) or ()}
        found = restored_channel(files.arrays, name, scan, variants)
        bare = bare_channel(declared, known[name], found.result, found.limits)
        channels.append(replace(bare, variants=found.variants, nuisances=found.nuisances))
    origin = channels[0].result.scan.spectrum.origin or Origin("user", "unknown")
    return tuple(channels), {
        "origin": origin, "systematics": nuisances_of(declared, spectra), "model": declared.model,
        "sqrt_s": nominal_energy(declared), "cut_flows": prepared_cut_flows(declared),
        "width": in_summary(declared, first, spectra[first.name]),
    }  # fmt: skip


def _of_decays(files: _Files, search: OnOffSearch) -> tuple[tuple[CountingChannel, ...], dict[str, Any]]:
    from gloam.workflow.on_off import on_off_channel, on_off_nuisances

    known = {channel.name: channel for channel in search.channels}
    channels = tuple(
        on_off_channel(search, known[name], restored_limits(files.arrays, name), files.spectrum(name))
        for name in files.channels
    )
    origin = channels[0].result.spectrum.origin or Origin("user", "unknown")
    return channels, {
        "origin": origin, "systematics": on_off_nuisances(search), "model": search.model,
        "combined": _combined(files.arrays),
    }  # fmt: skip


def _combined(arrays: Arrays) -> CombinedLimits | None:
    """The limits of all channels together, where a run has them."""
    if "combined.mass" not in arrays:
        return None
    found = CombinedLimits(*(arrays[f"combined.{name}"] for name in ("mass", "observed", "expected", "best")))
    return replace(found, mass2=arrays.get("combined.mass2"))


def _of_counting_search(files: _Files, search: CountingSearch) -> tuple[tuple[Channel, ...], dict[str, Any]]:
    from gloam.scans.counting import count_windows
    from gloam.workflow.declaring_counts import counted_channel, declare_counts, uncertainties_of

    known = {channel.name: channel for channel in search.channels}
    channels = tuple(
        counted_channel(
            search, known[name], count_windows(declare_counts(search, known[name], files.spectrum(name))),
            restored_limits(files.arrays, name), restored_cross_checks(files.arrays, name),
        )
        for name in files.channels
    )  # fmt: skip
    origin = channels[0].result.spectrum.origin or Origin("user", "unknown")
    return channels, {
        "origin": origin, "systematics": uncertainties_of(search), "model": search.model,
        "sqrt_s": nominal_energy(search), "cut_flows": prepared_cut_flows(search),
        "combined": _combined(files.arrays),
    }  # fmt: skip


def _of_scan(files: _Files) -> tuple[tuple[ChannelResult, ...], dict[str, Any]]:
    from gloam.workflow.scan_file import ScanRequest, plan_scan, scan_channel

    with tempfile.TemporaryDirectory() as folder:
        request = declared_request(files.declaration, Path(folder), ScanRequest)
        planned = plan_scan(request, files.spectrum("scan"))
    variants = {each.name: each.scan for each in planned.variants or ()}
    found = restored_channel(files.arrays, "scan", planned.scan, variants)
    bare = scan_channel(request, planned, found.result, found.limits)
    origin = planned.scan.spectrum.origin or Origin("user", request.source)
    channel = replace(bare, variants=found.variants, nuisances=found.nuisances)
    rest = {
        "origin": origin, "systematics": planned.systematics, "model": request.model, "sqrt_s": request.sqrt_s,
    }  # fmt: skip
    return (channel,), rest


def _of_counts(files: _Files) -> tuple[tuple[Channel, ...], dict[str, Any]]:
    from gloam.scans.counting import count_windows
    from gloam.workflow.count_file import CountRequest, counting_channel, plan_counts

    with tempfile.TemporaryDirectory() as folder:
        request = declared_request(files.declaration, Path(folder), CountRequest)
        planned = plan_counts(request, files.spectrum("count"))
    limits = restored_limits(files.arrays, "count")
    channel = counting_channel(request, planned, count_windows(planned.scan), limits)
    origin = planned.scan.spectrum.origin or Origin("user", request.source)
    return (channel,), {"origin": origin, "systematics": planned.systematics}
