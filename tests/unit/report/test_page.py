"""The page: what it must say, that it stands alone, and that nothing in it is taken for markup."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from typing import get_args

import pytest

from gloam.interpretation import YieldFactors
from gloam.report import write_figures, write_page
from gloam.report.page.document import POLICY
from gloam.report.statements import (
    cross_section_statement,
    global_statement,
    systematic_rows,
    systematics_statement,
)
from gloam.report.words import METHODS
from gloam.statistics import LimitMethod

SUMMARY = {
    "search": "dimuon <script>",
    "data": {"kind": "pseudo", "source": "toys & <b>more</b>", "luminosity_fb": None, "entries": 4180},
    "n_hypotheses": 162,
    "n_fits": 316,
    "n_failed": 0,
    "max_excess": {"channel": "low", "mass": 1.5, "z_local": 6.21},
    "max_deficit": {"channel": "high", "mass": 1.25, "z_local": -3.04},
    "p_global": None,
    "p_global_err": None,
    "z_global": None,
    "toys": None,
    "limit": {"method": "cls", "level": 0.9, "sidedness": "one-sided", "test_statistic": "q_tilde"},
    "published": None,
    "notes": ["p_global: the look-elsewhere effect is not computed yet", "windows are cut at 1 GeV < m"],
}

VOID = {"meta", "img", "br", "link", "input"}


class Checker(HTMLParser):
    """Collects text and tags, and sees that every tag is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += data


def page_of(summary, channels, directory, **more):
    figures = write_figures(channels, directory / "figures") if more.pop("drawn", False) else []
    path = write_page(summary, channels, figures, directory / "report.html", **more)
    checker = Checker()
    checker.feed(path.read_text(encoding="utf-8"))
    checker.close()
    assert not checker.open
    checker.text = re.sub(r"\s+", " ", checker.text)
    return checker, path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(channel, vetoed, tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    (directory / "scan.csv").write_text("channel\n")
    provenance = {"gloam": "0.1.0", "seed": None, "hashes": {"data": "<abc>"}}
    return page_of(SUMMARY, [channel, vetoed], directory, drawn=True, provenance=provenance)


@pytest.mark.parametrize(
    "statement",
    [
        "Pseudo-data, made by simulation: toys & <b>more</b>",
        "luminosity not known",
        "4,180 entries",
        "162 mass hypotheses in 2 channels, 316 fits",
        "No fit failed",
        "Largest excess: local significance +6.2 at a mass of 1.5 GeV (low)",
        "Largest deficit: local significance \N{MINUS SIGN}3.0 at a mass of 1.25 GeV (high)",
        "Global p-value: not computed. Reason: p_global: the look-elsewhere effect is not computed yet.",
        "90% CL: CLs, asymptotic, one-sided, test statistic q_tilde",
        "68% (quantiles Phi(-1) to Phi(1)) and 95% (Phi(-2) to Phi(2))",
        "polynomial of order 1",
        "Gaussian, resolution 20 MeV",
        "1 to 2 GeV, 200 bins of 5 MeV",
        "81: 1.1 to 1.9 GeV in steps of 10 MeV",
        "1.6 to 1.65 GeV",
        "0.4 to 0.6 GeV wide",
        "windows are cut at 1 GeV < m",
        "scan.csv",
        "hashes: data <abc>",
    ],
)
def test_what_the_page_says(page, statement):
    checker, _ = page
    assert re.sub(r"\W+", " ", statement).strip() in re.sub(r"\W+", " ", checker.text)


def test_no_input_becomes_markup(page):
    checker, source = page
    assert {tag for tag, _ in checker.seen} & {"b", "abc", "region"} == set()
    assert [tag for tag, _ in checker.seen].count("script") == 5
    run = source.partition('<script id="run" type="application/json">')[2].partition("</script>")[0]
    assert json.loads(run)["channels"][0]["title"] == "low <region>"
    assert not set("<>&") & set(run)
    assert "dimuon &lt;script&gt;" in source
    assert "toys &amp; &lt;b&gt;" in source
    assert "low &lt;region&gt;" in source


def test_the_page_stands_alone(page):
    checker, source = page
    sources = [attributes["src"] for tag, attributes in checker.seen if "src" in attributes]
    assert len(sources) == 7
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "@import" not in source
    policy = ("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})
    assert policy in checker.seen
    assert "default-src 'none'" in POLICY
    links = {attributes["href"] for tag, attributes in checker.seen if tag == "a"}
    assert links == {
        "scan.csv", "figures/overview.pdf",
        *(f"figures/{name}_{kind}.pdf" for name in ("low", "high") for kind in ("fit", "significance", "limit")),
    }  # fmt: skip


def test_the_page_can_be_read_by_machines_and_in_the_dark(page):
    checker, source = page
    tags = [tag for tag, _ in checker.seen]
    assert all(attributes.get("alt") for tag, attributes in checker.seen if tag == "img")
    assert tags.count("figcaption") == tags.count("figure") == 7
    assert tags.count("caption") == tags.count("table") == 1
    assert all(attributes.get("scope") for tag, attributes in checker.seen if tag == "th")
    assert "prefers-color-scheme: dark" in source
    assert "@media print" in source
    assert ("html", {"lang": "en"}) in checker.seen


def test_real_data_are_called_so(channel, tmp_path):
    data = {"kind": "real", "source": "CMS Open Data", "luminosity_fb": 2.5, "entries": 10}
    checker, _ = page_of(SUMMARY | {"data": data}, [channel], tmp_path)
    assert "Real collision data: CMS Open Data; 2.5 fb^-1; 10 entries." in checker.text


def test_failed_fits_and_missing_extremes_are_said(channel, tmp_path):
    checker, _ = page_of(SUMMARY | {"n_failed": 3, "max_excess": None}, [channel], tmp_path)
    assert "3 fits failed: they could not be certified" in checker.text
    assert "Largest excess: none was found." in checker.text


def test_a_largest_excess_below_zero_is_not_called_one(channel, tmp_path):
    checker, _ = page_of(SUMMARY | {"max_excess": {"mass": 1.5, "z_local": -0.4}}, [channel], tmp_path)
    assert "this is no excess" in checker.text


def test_a_global_p_value_has_its_error_and_toys(channel, tmp_path):
    known = {"p_global": 0.012, "p_global_err": 0.0011, "z_global": 2.26, "toys": 10000}
    checker, _ = page_of(SUMMARY | known, [channel], tmp_path)
    assert (
        "Global p-value: 0.012 +- 0.0011 (Monte Carlo error), a significance of 2.26, from 10,000 toys." in checker.text
    )


def test_a_global_p_value_without_toys_is_asymptotic(channel, tmp_path):
    checker, _ = page_of(SUMMARY | {"p_global": 0.0, "p_global_err": None, "z_global": 46.5}, [channel], tmp_path)
    assert "Global p-value: below 1e-300, a significance of 46.50, asymptotic, without toys." in checker.text


def test_published_numbers_are_compared(channel, tmp_path):
    published = {"quantity": "limit on g'", "points": 12, "median_ratio": 1.0312, "rms_log_ratio": None}
    checker, _ = page_of(SUMMARY | {"published": published}, [channel], tmp_path)
    assert "quantity: limit on g'; points: 12; median ratio 1.031." in checker.text


def test_an_empty_spectrum_has_a_page(empty, tmp_path):
    checker, _ = page_of({"search": "scan"}, [empty], tmp_path, drawn=True)
    assert "Data of unknown kind: source not stated" in checker.text
    assert "81 mass hypotheses, 162 fits" in checker.text


def test_the_page_says_which_cross_section_is_limited_and_what_is_uncertain(in_fb, channel, tmp_path):
    systematics = [
        {"name": "luminosity", "target": "signal", "relative": 0.014, "constraint": "lognormal"},
        {"name": "efficiency", "target": "signal", "relative": [0.02, 0.05], "constraint": "gaussian"},
    ]
    checker, _ = page_of(SUMMARY | {"systematics": systematics}, [in_fb], tmp_path / "in_fb", drawn=True)
    for said in (
        "Limits on the Born cross section times branching fraction: yield / (luminosity x efficiency x ",
        "with luminosity 12.5 fb^-1, efficiency 0.12 to 0.28, radiative factor 0.9.",
        "upper limits on the Born cross section times branching fraction.",
        "Systematic uncertainties: 2 sources, 1.4% to 5% each, see the table below.",
        "luminosity1.4%log-normal",
        "efficiency2% to 5%gaussian",
        "Efficiency0.12 to 0.28",
        "Median limit in fbBorn cross section times branching fraction: ",
    ):
        assert said in checker.text
    plain, _ = page_of(SUMMARY, [channel], tmp_path / "plain")
    for unsaid in ("cross section", "systematic", "Efficiency", "in fb"):
        assert unsaid not in plain.text


def test_uncertainties_of_many_channels_are_one_row_each_and_one_sentence():
    """A search with two channels declares each source for each yield of each: the table names it once."""
    systematics = [
        {"name": f"{source}, {channel}", "target": target, "relative": size, "constraint": "gaussian"}
        for source, sizes in (("trigger", (0.06, 0.01)), ("tracking", (0.04, 0.04)))
        for channel, size in zip(("mumu", "emu"), sizes, strict=True)
        for target in ("signal", "background")
    ]
    systematics.append({"name": "yield, mumu", "target": "signal", "relative": 0.125, "constraint": "gaussian"})
    systematics.append({"name": "shape, and more", "target": "background", "relative": 0.2, "constraint": "lognormal"})
    summary = {"systematics": systematics, "channels": [{"channel": "mumu"}, {"channel": "emu"}]}
    assert systematics_statement(summary) == (
        "Systematic uncertainties: 4 sources, 1% to 20% each, see the table below."
    )
    assert systematic_rows(summary) == [
        ("trigger", "mumu 6%, emu 1%", "mumu 6%, emu 1%", "", "gaussian"),
        ("tracking", "4%", "4%", "", "gaussian"),
        ("yield", "mumu 12.5%", "", "", "gaussian"),
        ("shape, and more", "", "20%", "", "log-normal"),
    ]
    assert systematics_statement({}) == ""


def test_channels_with_different_factors_are_told_apart(in_fb, channel, vetoed):
    other = dataclasses.replace(vetoed, factors=YieldFactors(5.0, 0.1, 0.5))
    found = cross_section_statement([in_fb, channel, other, in_fb])
    assert found == (
        "Limits on the Born cross section times branching fraction: yield / (luminosity x efficiency x radiative "
        "factor), with luminosity 12.5 fb^-1, efficiency 0.12 to 0.28, radiative factor 0.9. Limits on the visible "
        "cross section: yield / (luminosity x efficiency x branching fraction), with luminosity 5 fb^-1, efficiency "
        "0.1, branching fraction 0.5."
    )


def test_every_method_of_limits_has_words():
    assert METHODS.keys() >= set(get_args(LimitMethod))


def test_a_global_p_value_from_toys_is_said_with_its_error_or_its_bound():
    numbers = {"p_global": 0.02, "p_global_err": 0.003, "z_global": 2.05, "toys": 2000}
    assert global_statement(numbers) == (
        "Global p-value: 0.02 +- 0.003 (Monte Carlo error), a significance of 2.05, from 2,000 toys."
    )
    none = numbers | {"p_global": 0.0, "p_global_err": 0.0005, "z_global": 3.29}
    assert global_statement(none) == (
        "Global p-value: below 0.0005, a significance above 3.29; none of 2,000 toys has as large a significance."
    )
