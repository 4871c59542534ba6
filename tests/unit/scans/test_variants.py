"""Background variants: which there are, that each is the scan it says, and what is said of those left out."""

import dataclasses

import numpy as np
import pytest

from gloam.errors import DegenerateFitError, InputError
from gloam.fit import FitStatus
from gloam.models import Component, Components, Gaussian, Peak, Polynomial, Steps
from gloam.scans import (
    BinnedWindows,
    Grid,
    Scan,
    Variant,
    VariantResults,
    Variants,
    background_variants,
    fit_scan,
    fit_variants,
    grid_in_steps,
    sliding_windows,
    windows_between,
)
from gloam.spectra import fill, uniform_axis

AXIS = uniform_axis(1.0, 3.0, bins=400)
GRID = grid_in_steps(1.1, 2.9, 0.05)
WIDTH = 0.02


@pytest.fixture(scope="module")
def spectrum():
    return fill(np.random.default_rng(1).uniform(1, 3, 20_000), AXIS)


@pytest.fixture
def make(spectrum):
    def scan(*, order=1, half_width=0.25, grid=GRID, vetoes=()):
        windows = sliding_windows(AXIS, grid.position, half_width)
        return Scan(spectrum, Gaussian(WIDTH), Polynomial(order), grid, windows, vetoes)

    return scan


def test_nine_variants_as_published(make):
    names = [variant.name for variant in background_variants(make(), window=5, order=1)]
    assert names == [
        "nominal", "window-5sigma", "window+5sigma",
        "order-1", "order-1 window-5sigma", "order-1 window+5sigma",
        "order+1", "order+1 window-5sigma", "order+1 window+5sigma",
    ]  # fmt: skip


def test_ranges_are_those_of_scans_made_so(make):
    """Also where the nominal window was cut, and the narrower one is not or less."""
    variants = {variant.name: variant.scan for variant in background_variants(make(), window=5)}
    for name, half_width in (("nominal", 0.25), ("window-5sigma", 0.15), ("window+5sigma", 0.35)):
        expected = make(half_width=half_width).windows
        np.testing.assert_array_equal(variants[name].windows.first, expected.first)
        np.testing.assert_array_equal(variants[name].windows.last, expected.last)
    assert [variants[name].windows.first[2] for name in ("nominal", "window-5sigma")] == [0, 10]


def test_asymmetric_windows_keep_their_shape(make):
    scan = make()
    low, high = GRID.position - 20 * WIDTH, GRID.position + 30 * WIDTH
    scan = Scan(scan.spectrum, scan.signal, scan.background, GRID, windows_between(AXIS, low, high))
    narrow = background_variants(scan, window=5).members[1].scan.windows
    expected = windows_between(AXIS, GRID.position - 15 * WIDTH, GRID.position + 25 * WIDTH)
    np.testing.assert_array_equal(narrow.first, expected.first)
    np.testing.assert_array_equal(narrow.last, expected.last)


def test_some_of_the_hypotheses_are_varied_as_all_of_them(make):
    rows = np.array([0, 3, 20])
    some, whole = (background_variants(scan, window=5) for scan in (make().take(rows), make()))
    for one, other in zip(some, whole, strict=True):
        np.testing.assert_array_equal(one.scan.windows.first, other.scan.windows.first[rows])
        np.testing.assert_array_equal(one.scan.windows.last, other.scan.windows.last[rows])


def test_windows_that_are_cut_anyway_are_no_variant(make):
    variants = background_variants(make(half_width=5.0), window=5)
    assert [variant.name for variant in variants] == ["nominal"]
    assert [note.split(":")[0] for note in variants.notes] == ["variant window-5sigma", "variant window+5sigma"]


@pytest.mark.parametrize(("order", "names"), [(0, ["nominal", "order+1"]), (2, ["nominal", "order-1", "order+1"])])
def test_there_is_no_order_below_zero(make, order, names):
    variants = background_variants(make(order=order), order=1)
    assert [variant.name for variant in variants] == names
    assert [note for note in variants.notes if "cannot be lower" in note] == list(variants.notes)
    assert len(variants.notes) == 3 - len(names)


def test_steps_are_shifted_together_and_kept_where_they_are_zero(make):
    variants = background_variants(make(order=Steps((2.0,), (0, 3))), order=1)
    used = [variant.scan.background.variant(np.array([1.5, 2.5])).tolist() for variant in variants]
    assert used == [[0, 3], [0, 2], [1, 4]]
    assert "18 of 37 hypotheses keep order 0" in variants.notes[0]


def test_the_polynomial_among_components_is_varied(make):
    peak = Component("peak", Peak(Gaussian(WIDTH), 2.0), expected=30.0, relative_error=0.1)
    background = Components((Component("smooth", Polynomial(1)), peak))
    variants = background_variants(dataclasses.replace(make(), background=background), order=1)
    assert [variant.scan.background.parts[0].form for variant in variants] == [Polynomial(k) for k in (1, 0, 2)]
    assert all(variant.scan.background.parts[1] == peak for variant in variants)
    found = fit_variants(variants)
    assert not found.excluded.any()
    assert (np.diff(found.nominal.parameters) == 0).all()


def test_declared_alternatives(make):
    variants = background_variants(make(), window=5, alternatives={"cubic": Polynomial(3)})
    assert [variant.name for variant in variants][3:] == ["cubic", "cubic window-5sigma", "cubic window+5sigma"]
    assert variants.members[3].scan.background == Polynomial(3)


def test_results_are_the_single_scans_stacked(make):
    variants = background_variants(make(vetoes=((1.98, 2.02),)), window=5, order=1)
    advances = []
    found = fit_variants(variants, progress=advances.append)
    assert found.names == tuple(variant.name for variant in variants)
    assert found.n_sig.shape == found.n_sig_err.shape == found.z_local.shape == found.status.shape == (9, len(GRID))
    for row, variant in enumerate(variants):
        alone = fit_scan(variant.scan)
        np.testing.assert_array_equal(found.n_sig[row], alone.n_sig)
        np.testing.assert_array_equal(found.z_local[row], alone.z_local)
    assert found.n_fits == sum(result.n_fits for result in found.results) == 2 * sum(advances)
    assert found.n_failed == 0
    assert not found.excluded.any()
    assert (found.status[:, GRID.position.searchsorted(1.99)] == FitStatus.VETOED).all()
    assert variants.hypotheses == 9 * len(GRID)


def test_single_fits_that_fail_are_marked(spectrum):
    grid = Grid.of([1.5, 2.0])
    windows = sliding_windows(AXIS, grid.position, np.array([0.02, 0.25]))
    found = fit_variants(background_variants(Scan(spectrum, Gaussian(WIDTH), Polynomial(4), grid, windows), order=3))
    assert found.excluded.tolist() == [[False, False], [False, False], [True, False]]
    assert np.isnan(found.z_local[2, 0])


def test_a_variant_that_fails_everywhere_is_left_out_with_a_note(spectrum):
    grid = Grid.of([1.5])
    short = Scan(spectrum, Gaussian(WIDTH), Polynomial(4), grid, sliding_windows(AXIS, grid.position, 0.02))
    found = fit_variants(background_variants(short, order=3))
    assert found.names == ("nominal", "order-3")
    assert "variant order+3: left out" in found.notes[0]
    with pytest.raises(DegenerateFitError):
        fit_variants(Variants((Variant("nominal", background_variants(short, order=3).members[2].scan),)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": -1.0}, "variation of the window: got -1.0 sigma"),
        ({"window": np.nan}, "variation of the window: got nan sigma"),
        ({"window": 12.5}, r"allowed: less than half of the narrowest, 12\.5 sigma"),
        ({"order": -1}, "variation of the order: got -1; allowed: a whole number"),
        ({"order": 10}, "order of the background polynomial: got 11"),
        ({"alternatives": {"a,b": Polynomial(3)}}, "name of a variant: got 'a,b'"),
        ({"alternatives": {"nominal": Polynomial(3)}}, "variants of a scan: got nominal, nominal"),
    ],
)
def test_variations_that_are_none(make, arguments, message):
    with pytest.raises(InputError, match=message):
        background_variants(make(), **arguments)


def test_binned_windows_and_other_forms_cannot_be_varied(make, spectrum):
    edges = np.linspace(GRID.position - 0.1, GRID.position + 0.1, 9, axis=1)
    indices = np.abs(AXIS.edges[:, None, None] - edges).argmin(axis=0)
    scan = Scan(spectrum, Gaussian(WIDTH), Polynomial(1), GRID, BinnedWindows(indices, True))
    assert len(background_variants(scan, order=1)) == 3
    with pytest.raises(InputError, match=r"binnings of their own.*one by one"):
        background_variants(scan, window=1)

    class Flat:
        translates = True

        def variant(self, position):
            return np.zeros(position.shape, np.int64)

        def basis(self, edges, *_):
            return np.diff(edges, axis=-1)[..., None]

    with pytest.raises(InputError, match=r"a background without one \(Flat\).*alternatives"):
        background_variants(Scan(spectrum, Gaussian(WIDTH), Flat(), GRID, make().windows), order=1)


def test_variants_share_their_hypotheses(make):
    with pytest.raises(InputError, match="variant 'other': got other hypotheses"):
        Variants((Variant("nominal", make()), Variant("other", make(grid=Grid.of([1.5])))))
    one, other = (fit_scan(make(grid=Grid.of([position]))) for position in (1.5, 1.6))
    with pytest.raises(InputError, match="variant 'other': got other hypotheses"):
        VariantResults(("nominal", "other"), (one, other))
    with pytest.raises(InputError, match="2 names, 0 results"):
        VariantResults(("a", "b"), ())
