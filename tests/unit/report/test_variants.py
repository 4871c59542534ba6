"""Variants in figures and on the page: only where there are any, and with what is quoted of them."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.report import ChannelVariants, save_figure, variants_figure, write_figures, write_page
from gloam.report.figures.variants import NEIGHBOURS
from gloam.report.statements import variants_statement
from gloam.scans import background_variants, fit_variants
from gloam.statistics import combine_variants, least_stringent, no_limits, variant_limits


@pytest.fixture(scope="module")
def varied(channel):
    results = fit_variants(background_variants(channel.result.setup, window=4, order=1), nominal=channel.result)
    limits = variant_limits(results, nominal=channel.limits, bands=False)
    summary = combine_variants(results, limits)
    variants = ChannelVariants(results, limits, summary)
    return dataclasses.replace(channel, limits=least_stringent(summary, channel.limits), variants=variants)


def test_the_figure_shows_each_variant_and_what_is_quoted(varied):
    figure = variants_figure(varied)
    upper, lower = figure.axes
    for axes, curves, quoted in (
        (upper, varied.variants.results.z_local, varied.variants.summary.z_local),
        (lower, np.stack([each.observed for each in varied.variants.limits]), varied.variants.summary.observed),
    ):
        lines = axes.get_lines()
        assert len(lines) == len(curves) + 1
        shown = np.isin(varied.result.mass, lines[0].get_xdata())
        assert shown.sum() <= 2 * NEIGHBOURS + 1
        assert shown[np.nanargmax(varied.result.z_local)]
        np.testing.assert_array_equal(lines[-1].get_ydata(), quoted[shown])
        np.testing.assert_array_equal(lines[-2].get_ydata(), curves[0][shown])


def test_the_figure_is_written_where_there_are_variants(varied, channel, tmp_path, monkeypatch):
    monkeypatch.setattr("gloam.report.writing.save_figure", lambda _, directory, stem: [directory / stem])
    stems = [path.name for path in write_figures([varied, dataclasses.replace(channel, name="plain")], tmp_path)]
    assert "low_variants" in stems
    assert "plain_variants" not in stems


def test_the_page_shows_it(varied, channel, tmp_path):
    figures = save_figure(variants_figure(varied), tmp_path, "low_variants")
    page = write_page({}, [varied], figures, tmp_path / "report.html").read_text()
    assert "background variants around the largest excess" in page
    assert "9 background variants, named in variants.csv" in page
    assert "background variants" not in write_page({}, [channel], [], tmp_path / "plain.html").read_text()


def test_the_sentence(varied, channel):
    assert variants_statement(channel) == ""
    text = variants_statement(varied)
    summary = varied.variants.summary
    row = int(np.nanargmax(summary.z_local))
    assert f"{summary.z_local[row]:+.1f} at {varied.result.mass[row]:.6g} GeV" in text
    assert f"(variant {summary.names[summary.active_z[row]]})" in text
    assert text.endswith("Hypotheses without an answer, not taken into account: none.")
    failed = dataclasses.replace(summary, n_failed=np.arange(9))
    left_out = dataclasses.replace(varied, variants=dataclasses.replace(varied.variants, summary=failed))
    assert "not taken into account: window-4sigma 1, window+4sigma 2" in variants_statement(left_out)


def test_without_limits(varied):
    results = varied.variants.results
    none = tuple(no_limits(result.mass.size, 0.9, "cls") for result in results.results)
    alone = dataclasses.replace(varied, variants=ChannelVariants(results, none, combine_variants(results)))
    figure = variants_figure(alone)
    assert "No limits were computed" in [text.get_text() for text in figure.axes[1].texts]
    assert "least stringent" not in variants_statement(alone)


def test_a_channel_without_variants_has_no_such_figure(channel):
    with pytest.raises(InputError, match=r"figure of the variants of low: got one background model.*--variants"):
        variants_figure(channel)
