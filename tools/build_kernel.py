"""Compile the kernel of the fit engine into one shared library: `make` and CMake both call this.

    python tools/build_kernel.py [--required] [--sanitize] [--output FILE]

It needs a C compiler (CC, else cc, gcc or clang) and nothing else. Without one it says so and leaves gloam to its
NumPy engine; with --required it fails instead.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src" / "gloam" / "kernel"
OPTIONS = ["-std=gnu11", "-fPIC", "-fno-strict-aliasing", "-fvisibility=default", "-Wall", "-Wextra", "-Wno-psabi"]
# not -ffast-math, which takes NaN to be impossible; these only say that nobody reads errno or floating-point flags
SPEED = ["-O2", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"]
SANITIZERS = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
X86 = {
    "baseline": ["-DLANES=2"],
    "avx2": ["-DLANES=4", "-mavx2", "-mfma"],
    "avx512": ["-DLANES=8", "-mavx512f", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"],
}
FILES = (
    "sweeps",
    "newton",
    "interior",
    "pairs",
    "limits",
    "rise",
    "tables",
    "poisson",
)  # compiled once for each instruction set
VARIANTS = X86 if platform.machine().lower() in {"x86_64", "amd64"} else {"baseline": ["-DLANES=2"]}


def compiler() -> list[str] | None:
    if chosen := os.environ.get("CC"):
        return shlex.split(chosen)
    return next(([name] for name in ("cc", "gcc", "clang") if shutil.which(name)), None)


def build(cc: list[str], output: Path, optimise: list[str]) -> None:
    """Compile each instruction set on its own, link, and put the library in its place at once."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        jobs = [(stem, name, flags) for stem in FILES for name, flags in VARIANTS.items()]
        objects = [Path(folder) / f"{stem}-{name}.o" for stem, name, _ in (*jobs, ("dispatch", "any", []))]
        commands = [
            [*cc, *OPTIONS, *optimise, *flags, f"-DVARIANT={name}", "-c", str(SOURCES / f"{stem}.c"), "-o", str(target)]
            for (stem, name, flags), target in zip((*jobs, ("dispatch", "any", [])), objects, strict=True)
        ]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            outcomes = list(pool.map(lambda command: subprocess.run(command, check=False).returncode, commands))
        if any(outcomes):
            raise subprocess.SubprocessError("the compiler failed")
        library = Path(folder) / output.name
        subprocess.run([*cc, *optimise, "-shared", *map(str, objects), "-o", str(library), "-lm"], check=True)
        library.replace(output)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--required", action="store_true", help="fail where there is no compiler")
    parser.add_argument("--sanitize", action="store_true", help="with the address and undefined-behaviour sanitizers")
    parser.add_argument("--output", type=Path, default=SOURCES / "liblanes.so")
    given = parser.parse_args()
    cc = compiler()
    try:
        if cc is None:
            raise FileNotFoundError("no C compiler was found")
        build(cc, given.output, SANITIZERS if given.sanitize else SPEED)
    except (OSError, subprocess.SubprocessError) as fault:
        print(f"the compiled engine was not built ({fault}): gloam runs its NumPy engine", file=sys.stderr)
        return 1 if given.required else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
