"""Bad input: exit code 2, one message on standard error that says what to do, nothing on standard output."""

import numpy as np
import pytest


def refused(outcome, *words):
    """That a command refused its input in one message that holds the words, in any case."""
    assert outcome.code == 2, outcome
    assert not outcome.out
    assert outcome.err.startswith(("gloam: ", "Usage: "))
    assert "Traceback" not in outcome.err
    if outcome.err.startswith("gloam: "):
        assert outcome.err.count("\n") == 1
        assert "; allowed: " in outcome.err
    for word in words:
        assert word.lower() in outcome.err.lower(), (word, outcome.err)


@pytest.fixture
def write(tmp_path):
    def written(text, name="x.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": "absent.csv"}, ["absent.csv", "no such file"]),
        ({"column": "Mass"}, ["column 'Mass'", "run, M"]),
        ({"column": None}, ["without a column", "--column NAME", "M"]),
        ({"range": None}, ["--range LO HI", "9 to 9.69"]),
        ({"range": (9.7, 9.0)}, ["9.7", "lower end first"]),
        ({"range": (11.0, 12.0)}, ["no value inside the range", "run from 9 to 9.69", "check the unit"]),
        ({"range": (9.0, 9.0)}, ["9 9", "LO < HI"]),
        ({"range": ("nan", 9.7)}, ["nan"]),
        ({"range": (9.0, "x")}, ["'x'", "float"]),
        ({"width": 0}, ["width", "sigma > 0", "resolution"]),
        ({"width": -0.1}, ["width", "-0.1", "sigma > 0"]),
        ({"width": "nan"}, ["width", "nan", "sigma > 0"]),
        ({"width": None}, ["--width"]),
        ({"width": "absent_table.csv"}, ["absent_table.csv", "no such file"]),
        ({"level": 1.5}, ["level", "1.5", "between 0.5 and 1", "0.90 for 90 %"]),
        ({"level": 90}, ["level", "90", "0.90"]),
        ({"level": "nan"}, ["level", "nan"]),
        ({"method": "guess"}, ["guess", "cls", "profile"]),
        ({"signal": "gauss"}, ["'gauss'", "gaussian", "crystal-ball"]),
        ({"signal": "crystal-ball:0,3"}, ["alpha", "other than 0"]),
        ({"signal": "crystal-ball:1.5,1"}, ["n of a Crystal Ball", "n > 1"]),
        ({"signal": "crystal-ball:1.5,inf"}, ["n of a Crystal Ball"]),
        ({"background": "spline:3"}, ["spline:3", "polynomial:N"]),
        ({"background": "polynomial:11"}, ["11", "0 to 10"]),
        ({"background": "polynomial:-1"}, ["polynomial:-1", "polynomial:N"]),
        ({"bin_width": 7e-8}, ["bins", "--bin-width"]),
        ({"bin_width": 1e-9}, ["bins", "bin width of at least"]),
        ({"bin_width": 0}, ["bin width", "above 0"]),
        ({"bin_width": -1}, ["bin width", "above 0"]),
        ({"bin_width": 5}, ["bin width", "at most the range"]),
        ({"bin_width": 0.7}, ["windows of 1 to 1 bins", "finer bins (--bin-width)"]),
        ({"step": "half"}, ["--step", "'half'", "0.5sigma"]),
        ({"step": 0}, ["step", "> 0"]),
        ({"step": "-1sigma"}, ["step", "positive multiple"]),
        ({"step": "nansigma"}, ["--step", "nansigma"]),
        ({"step": 1e-9}, ["hypotheses", "larger --step"]),
        ({"window": "wide"}, ["--window", "'wide'", "0.5sigma"]),
        ({"window": 0}, ["half-width of the window", "25sigma"]),
        ({"window": "-3sigma"}, ["half-width of the window", "25sigma"]),
        ({"window": "inf"}, ["half-width of the window"]),
        ({"window": 0.001}, ["windows of", "wider --window"]),
        ({"veto": (9.5, 9.4)}, ["veto", "9.5 to 9.4", "lower end first"]),
        ({"luminosity": 0}, ["luminosity", "got 0", "above 0 and at most 1e9, in fb^-1"]),
        ({"luminosity": -90}, ["luminosity", "-90", "above 0"]),
        ({"luminosity": 1e-320}, ["luminosity", "e-321", "above 0"]),
        ({"luminosity": 1e12}, ["luminosity", "1e+12", "at most 1e9"]),
        ({"luminosity": "nan"}, ["luminosity", "nan"]),
        ({"luminosity": "inf"}, ["luminosity", "inf"]),
        ({"luminosity": "much"}, ["--luminosity", "'much'", "float"]),
        ({"efficiency": 0}, ["efficiency", "got 0", "above 0 and at most 1", "0.12 for 12 %"]),
        ({"efficiency": 12}, ["efficiency", "got 12", "0.12 for 12 %"]),
        ({"efficiency": "nan"}, ["efficiency", "nan"]),
        ({"efficiency": "12%"}, ["--efficiency", "'12%'", "mass,efficiency"]),
        ({"efficiency": "absent.csv"}, ["absent.csv", "no such file"]),
        ({"branching_fraction": 0}, ["branching fraction", "above 0 and at most 1"]),
        ({"branching_fraction": 1.5}, ["branching fraction", "1.5"]),
        ({"branching_fraction": "half"}, ["--branching-fraction", "'half'", "mass,branching_fraction"]),
        ({"radiative_factor": -1}, ["radiative factor", "-1", "above 0"]),
        ({"radiative_factor": 94.5}, ["radiative factor", "94.5", "0.945"]),
        ({"syst": "luminosity"}, ["--syst", "'luminosity'", "NAME=RELATIVE:signal"]),
        ({"syst": "luminosity=0.01"}, ["--syst", "NAME=RELATIVE:signal", "tracking=0.014:signal"]),
        ({"syst": "luminosity=0.01:all"}, ["--syst", "NAME=RELATIVE:signal"]),
        ({"syst": "luminosity=1.4%:signal"}, ["--syst", "0.05 for 5 %"]),
        ({"syst": "luminosity=-0.01:signal"}, ["--syst luminosity", "-0.01", "from 0 to 10"]),
        ({"syst": "luminosity=14:signal"}, ["--syst luminosity", "14", "0.05 for 5 %"]),
        ({"constraint": "flat"}, ["--constraint", "flat", "lognormal", "gaussian"]),
        ({"threads": 0}, ["threads", "x>=1"]),
        ({"seed": -1}, ["seed", "x>=0"]),
        ({"engine": "abacus"}, ["abacus", "numpy"]),
        ({"colour": "red"}, ["--colour"]),
    ],
    ids=str,
)
def test_options(scan, changes, words):
    refused(scan(**changes), *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("M\n", ["no rows"]),
        ("", ["empty file"]),
        ("M\n9.1\nnan\n", ["nan", "M"]),
        ("M\n9.1\nx\n", ["'x'", "line 3"]),
        ("9.1\n9.2\n", ["first line"]),
    ],
)
def test_events(scan, write, text, words):
    refused(scan(source=write(text)), *words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("low,high,counts\n9.0,9.1,5\n9.1,9.2,-3\n", ["bin 1", "-3", "not negative"]),
        ("low,high,counts\n9.0,9.1,5\n9.1,9.2,nan\n", ["nan", "finite"]),
        ("low,high,counts\n9.0,9.1,5.5\n9.1,9.2,3\n", ["5.5", "variances"]),
        ("low,high,counts\n9.0,9.7,100\n", ["windows of 1 to 1 bins", "finer"]),
        ("low,high,counts\n", ["no rows"]),
    ],
    ids=["negative", "nan", "fraction", "one bin", "no rows"],
)
def test_histograms(scan, write, text, words):
    refused(scan(source=write(text), column=None, range=None), *words)


def test_a_range_outside_the_histogram(scan, write):
    rows = "".join(f"{9 + i / 100},{9 + (i + 1) / 100},10\n" for i in range(70))
    histogram = write("low,high,counts\n" + rows)
    refused(scan(source=histogram, column=None, range=(20.0, 21.0)), "20")
    refused(scan(source=histogram, column=None, range=(8.0, 9.7)), "8")
    refused(scan(source=histogram), "M", "histogram")


def test_ten_million_bins(scan, tmp_path):
    np.savez(tmp_path / "fine.npz", edges=np.linspace(9, 9.7, 10**7 + 1), counts=np.zeros(10**7, np.uint8))
    refused(scan(source=tmp_path / "fine.npz", column=None, range=None), "bins", "at most", "--bin-width")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("mass,sigma\n9.1,0.05\n9.7,0.05\n", ["a table from 9.1 to 9.7", "extend the table"]),
        ("mass,sigma\n8,0.05\n10,0\n", ["sigma", "numbers > 0"]),
        ("mass,sigma\n10,0.05\n8,0.05\n", ["increasing masses", "sort"]),
        ("mass,width\n8,0.05\n10,0.05\n", ["'sigma'"]),
    ],
    ids=["not covering", "zero", "order", "column"],
)
def test_tables(scan, write, table, words):
    refused(scan(width=write(table)), *words)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("mass,efficiency\n9.1,0.1\n9.7,0.1\n", ["a table from 9.1 to 9.7", "extend the table"]),
        ("mass,efficiency\n8,0.1\n10,0\n", ["efficiency at a mass of 10 GeV", "got 0"]),
        ("mass,efficiency\n8,10\n10,12\n", ["efficiency at a mass of 8 GeV", "got 10", "0.12 for 12 %"]),
        ("mass,efficiency\n8,0.1\n9,\n10,0.1\n", ["line 3"]),
        ("mass,efficiency\n8,0.1\n9,nan\n10,0.1\n", ["not finite"]),
        ("mass,efficiency\n10,0.1\n8,0.1\n", ["increasing masses", "sort"]),
        ("mass,acceptance\n8,0.1\n10,0.1\n", ["'efficiency'"]),
        ("mass,efficiency,error\n8,0.1,0.01\n10,0.1,-0.01\n", ["error of the efficiency", "10 GeV", "-0.01"]),
        ("mass,efficiency,error\n8,0.1,5\n10,0.1,5\n", ["relative error of 50", "absolute"]),
    ],
    ids=["not covering", "zero", "percent", "empty", "nan", "order", "column", "negative error", "percent error"],
)
def test_tables_of_efficiencies(scan, write, table, words):
    refused(scan(efficiency=write(table)), *words)


def test_one_name_has_one_size(scan):
    refused(scan("--syst", "x=0.1:signal", "--syst", "x=0.2:signal"), "systematic 'x'", "sizes 0.1 and 0.2", "one size")


def test_the_efficiency_has_one_uncertainty(scan, write):
    table = write("mass,efficiency,error\n8,0.1,0.01\n10,0.1,0.01\n")
    refused(scan(efficiency=table, syst="efficiency=0.1:signal"), "--syst efficiency", "leave out the column error")


@pytest.mark.parametrize("option", [("luminosity", -1), ("efficiency", 2), ("syst", "x"), ("radiative_factor", 0)])
def test_options_are_checked_before_the_file_is_read(scan, option):
    name, value = option
    found = scan(source="absent.csv", **{name: value})
    refused(found, str(value))
    assert "absent.csv" not in found.err


@pytest.mark.parametrize("part", [0.3, 0.7])
def test_a_truncated_root_file(scan, values, tmp_path, part):
    import uproot

    path = tmp_path / "events.root"
    with uproot.recreate(path) as file:
        file.mktree("tree", {"M": "f8"}).extend({"M": values})
    assert scan("--json", source=f"{path}:tree").code == 0
    path.write_bytes(path.read_bytes()[: int(part * path.stat().st_size)])
    refused(scan(source=f"{path}:tree"), "events.root", "again")


def test_results_that_cannot_be_written(scan, write):
    occupied = write("text", "occupied")
    refused(scan(out=occupied / "run"), "write", "choose another --out")
    refused(scan(out=occupied), "--out", "file")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scna"], ["no command 'scna'", "Did you mean scan?"]),
        (["zzz"], ["no command 'zzz'", "list", "run", "scan"]),
        (["run", "cms_dimoun"], ["cms_dimoun", "Did you mean cms_dimuon"]),
        (["show", "nothing"], ["nothing", "cms_dimuon", "gloam list"]),
        (["run"], ["SEARCH"]),
        (["scan"], ["FILE"]),
        (["run", "cms_dimuon", "--data", "absent.csv"], ["absent.csv", "no such file"]),
        (["run", "cms_dimuon", "--stage", "raw"], ["raw", "selected"]),
        (["run", "cms_dimuon", "--stage", "events", "--data", "x.csv"], ["events", "--stage selected"]),
        (["run", "cms_dimuon", "--stage", "events", "--no-figures"], ["stage", "--data"]),
        (["list", "everything"], ["everything"]),
        (["cache", "--drop"], ["--drop"]),
    ],
    ids=" ".join,
)
def test_commands(gloam, arguments, words):
    refused(gloam(*arguments), *words)


def test_a_wrong_number_of_threads_in_the_environment(scan, monkeypatch):
    monkeypatch.setenv("GLOAM_THREADS", "many")
    refused(scan(), "GLOAM_THREADS", "'many'", "leave it out")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("belle2_dark_higgsstrahlung", "--inject", 7, 1e-6), ["two masses", "--inject-mass2"]),
        (("belle2_dark_higgsstrahlung", "--inject", 9, 1e-6, "--inject-mass2", 4), ["9 and 4 GeV", "simulated"]),
        (("belle2_dark_higgsstrahlung", "--inject-mass2", 4), ["--inject-mass2", "--inject MASS COUPLING too"]),
        (("belle2_alp_3gamma", "--inject", 3, 1e-3, "--inject-mass2", 4), ["--inject-mass2", "a search of two masses"]),
    ],
)
def test_a_signal_in_a_plane_has_two_masses(gloam, arguments, words):
    refused(gloam("run", *arguments), *words)
