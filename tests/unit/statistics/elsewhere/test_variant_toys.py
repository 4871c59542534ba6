import dataclasses

import numpy as np
import pytest

import gloam
from gloam.benchmarking.workloads import three_photons
from gloam.errors import InputError
from gloam.models import Component, Components, Peak
from gloam.scans import Variant, VariantResults, Variants, background_variants, fit_scan, fit_variants
from gloam.spectra import Axis
from gloam.statistics import combine_variants, global_significance
from gloam.statistics.elsewhere import scan_toys, variant_toys
from gloam.statistics.elsewhere.expectation import background_truth
from gloam.statistics.elsewhere.toy_data import ToyData
from gloam.statistics.elsewhere.variant_toys import smallest_in_size


@pytest.fixture(scope="module")
def results():
    counts = np.random.default_rng(5).poisson(40.0, 120).astype(float)
    spectrum = gloam.Spectrum((Axis(np.linspace(0.0, 1.2, 121)),), np.pad(counts, 1))
    nominal = gloam.scan(spectrum, gloam.Gaussian(0.02), gloam.Polynomial(1), np.arange(0.1, 1.1, 0.02), 15)
    return fit_variants(background_variants(nominal.setup, window=5, order=1))


def test_maxima_are_those_that_combine_variants_quotes(results):
    nominal = results.nominal
    truth = background_truth(nominal.setup, nominal, np.arange(len(nominal.setup.grid)))
    data = ToyData.drawn(truth, np.arange(5), 1, "scan toys")
    toys = variant_toys(results, 5)
    for toy in range(5):
        counts = np.pad(np.diff(data.below[0][toy]), 1)
        again = fit_variants(
            Variants(
                tuple(
                    Variant(
                        name,
                        dataclasses.replace(
                            result.setup, spectrum=dataclasses.replace(result.setup.spectrum, contents=counts)
                        ),
                    )
                    for name, result in zip(results.names, results.results, strict=True)
                )
            )
        )
        quoted = combine_variants(again).z_local
        assert toys.largest[toy] == pytest.approx(quoted.max(), abs=1e-6)
        assert toys.row[toy] == quoted.argmax()


def test_branch_and_bound_equals_exhaustive_fits(results):
    found, everything = variant_toys(results, 260), variant_toys(results, 260, exhaustive=True)
    np.testing.assert_allclose(found.largest, everything.largest, atol=1e-6)
    assert np.isfinite(found.margin)
    assert everything.fits == 260 * len(results.names) * 50
    assert found.fits < 0.3 * everything.fits


def test_windows_of_their_own_binning():
    scans = [scan.take(np.arange(100, 112)) for scan in three_photons(bins=40)]
    variants = Variants(tuple(Variant(f"v{number}", scan) for number, scan in enumerate(scans)))
    results = fit_variants(variants)
    found, everything = variant_toys(results, 12), variant_toys(results, 12, exhaustive=True)
    np.testing.assert_allclose(found.largest, everything.largest, atol=1e-6)


def test_no_variant_is_less_significant_than_what_is_quoted(results):
    assert (variant_toys(results, 50).largest <= scan_toys(results.nominal, 50).largest + 1e-6).all()


def test_one_variant_is_the_scan(results):
    alone = VariantResults(results.names[:1], results.results[:1])
    np.testing.assert_allclose(variant_toys(alone, 50).largest, scan_toys(results.nominal, 50).largest, atol=1e-6)


def test_deficits_are_quoted_as_the_smallest_in_size():
    z = np.array([[-3.0, 2.0, -1.0], [-2.0, -1.5, np.inf]])
    assert smallest_in_size(z).tolist() == [-2.0, -1.5, -1.0]


def test_a_hypothesis_that_a_variant_cannot_answer_is_left_to_the_others(results):
    broken = dataclasses.replace(results.results[1], status=results.results[1].status.copy())
    broken.status[20:30] = 3
    some = VariantResults(results.names, (results.results[0], broken, *results.results[2:]))
    found, everything = variant_toys(some, 30), variant_toys(some, 30, exhaustive=True)
    np.testing.assert_allclose(found.largest, everything.largest, atol=1e-6)


def test_constrained_backgrounds_are_fitted_exhaustively(results):
    setup = results.nominal.setup
    peak = Component("peak", Peak(gloam.Gaussian(0.02), 0.6), 30.0, 0.3, "gaussian")
    known = dataclasses.replace(setup, background=Components((Component("smooth", gloam.Polynomial(1)), peak)))
    toys = variant_toys(fit_variants(background_variants(known, order=1)), 5)
    assert toys.margin == np.inf
    assert not toys.failed.any()


def test_global_significance_of_variants(results):
    found = global_significance(results, "toys", toys=200)
    quoted = combine_variants(results).z_local
    assert found.z_local == pytest.approx(quoted.max())
    assert found.row == quoted.argmax()
    # smaller significances are as rare as larger ones of the nominal model alone
    same = np.mean(scan_toys(results.nominal, 200).largest >= found.z_local)
    assert found.p_global <= same
    with pytest.raises(InputError, match="variants"):
        global_significance(results, "crossings")


def test_variants_of_different_data_are_refused(results):
    counts = results.nominal.scan.spectrum.contents + 1
    other = dataclasses.replace(results.nominal.scan.spectrum, contents=counts)
    moved = fit_scan(dataclasses.replace(results.nominal.setup, spectrum=other))
    with pytest.raises(InputError, match="different data"):
        variant_toys(VariantResults(("nominal", "other"), (results.nominal, moved)))
