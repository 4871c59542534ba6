"""Backgrounds of several components, and the forms that they are made of."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from gloam.errors import InputError
from gloam.models import (
    Component,
    Components,
    Exponential,
    Gaussian,
    Peak,
    Polynomial,
    ShapeNuisance,
    StructuredBackground,
    TemplateBackground,
    YieldNuisance,
    background_terms,
    names_of,
)

EDGES = np.array([np.linspace(1.0, 2.0, 9), np.linspace(1.2, 2.2, 9)])
LOW, HIGH, POSITION = EDGES[:, 0], EDGES[:, -1], np.array([1.5, 1.7])
RAMP = TemplateBackground(np.array([1.0, 1.5, 2.5]), np.array([10.0, 30.0]), np.array([4.0, 9.0]))


def terms_of(background):
    return background_terms(background, EDGES, LOW, HIGH, int(background.variant(POSITION)[0]), POSITION)


@pytest.mark.parametrize("slope", [-7.3, -1e-14, 0.0, 2.1])
def test_an_exponential_is_its_integral_over_bins(slope):
    column = Exponential(slope).basis(EDGES, LOW, HIGH, 0)[..., 0]
    exact = np.array([[quad(lambda x: np.exp(slope * x), a, b)[0] for a, b in pairwise(e)] for e in EDGES])
    np.testing.assert_allclose(column, exact / exact.mean(axis=1, keepdims=True), rtol=1e-12)


def test_an_exponential_with_a_slope_that_depends_on_the_place():
    column = Exponential(lambda x: -x).basis(EDGES, LOW, HIGH, 0)[..., 0]
    for row, middle in enumerate((1.5, 1.7)):
        alone = Exponential(-middle).basis(EDGES[row], LOW[row], HIGH[row], 0)[..., 0]
        np.testing.assert_allclose(column[row], alone, rtol=1e-13)


def test_a_floating_slope_is_a_rate_in_every_bin():
    (effect,) = terms_of(Exponential(name="lambda")).effects
    assert (effect.name, effect.is_factor, effect.floats) == ("lambda", True, True)
    column = terms_of(Exponential()).columns[..., 0] * np.exp(-1.7 * effect.change)
    exact = Exponential(-1.7).basis(EDGES, LOW, HIGH, 0)[..., 0]
    np.testing.assert_allclose(column / column.mean(axis=1, keepdims=True), exact, rtol=1e-12)


def test_a_template_counts_what_lies_between_edges():
    column = RAMP.basis(np.array([0.5, 1.0, 1.25, 2.0, 3.0]), np.array(0.5), np.array(3.0), 0)[..., 0]
    np.testing.assert_allclose(column, [0, 5 / 40, 20 / 40, 15 / 40], rtol=1e-14)
    ((column, sigma),) = terms_of(RAMP).spreads
    assert column == 0
    np.testing.assert_allclose(sigma[0, 0], np.sqrt(4.0 * 0.125 / 0.5) / 40, rtol=1e-13)


def test_a_peak_counts_all_of_it():
    wide = np.array([-10.0, 1.4, 1.6, 10.0])
    np.testing.assert_allclose(Peak(Gaussian(0.1), 1.5).basis(wide, wide[0], wide[-1], 0).sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(Peak(Gaussian(0.1), 1.5).basis(wide, wide[0], wide[-1], 0)[1, 0], 0.682689, atol=1e-6)


def test_components_stand_beside_each_other():
    background = Components((
        Component("smooth", Polynomial(2)),
        Component("known", RAMP, expected=80.0),
        Component("lognormal", Peak(Gaussian(0.1), 1.5), expected=20.0, relative_error=0.1),
        Component("gaussian", RAMP, expected=lambda x: 10 * x, relative_error=0.2, constraint="gaussian"),
        Component("free", Exponential()),
    ))  # fmt: skip
    assert isinstance(background, StructuredBackground)
    assert background.parameters == ("slope", "lognormal yield")
    terms = terms_of(background)
    assert terms.names == ("smooth", "smooth", "smooth", "gaussian", "free")
    assert terms.known_names == ("known", "lognormal")
    np.testing.assert_allclose(terms.known[0], 80 * RAMP.basis(EDGES, LOW, HIGH, 0)[..., 0])
    ramp = RAMP.basis(EDGES, LOW, HIGH, 0)[..., 0]
    np.testing.assert_allclose(terms.columns[:, :, 3], (10 * POSITION)[:, None] * ramp)
    np.testing.assert_array_equal(terms.mean[0], [0, 0, 0, 1, 0])
    np.testing.assert_array_equal(terms.error[0], [np.inf, np.inf, np.inf, 0.2, np.inf])
    np.testing.assert_array_equal(terms.rising, [1, 0, 0, 1, 1])
    by_name = {effect.name: effect for effect in terms.effects}
    assert (by_name["slope"].column, by_name["lognormal yield"].column) == (4, 6)
    np.testing.assert_allclose(by_name["lognormal yield"].change, np.log(1.1))
    assert [column for column, _ in terms.spreads] == [5, 3]
    np.testing.assert_allclose(terms.scales[1], 20.0)


def test_variants_of_components_are_kept_apart():
    from gloam.models import Steps

    background = Components((
        Component("a", Polynomial(Steps((1.6,), (1, 3)))), Component("b", Polynomial(Steps((1.4,), (0, 2)))),
    ))  # fmt: skip
    variants = background.variant(np.array([1.3, 1.5, 1.7]))
    assert len(set(variants.tolist())) == 3
    sizes = [background.basis(EDGES, LOW, HIGH, int(v)).shape[-1] for v in variants]
    assert sizes == [2 + 1, 2 + 3, 4 + 3]
    assert background.translates


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Components(()), "components of a background"),
        (lambda: Components((Component("a", Polynomial(0)), Component("a", Polynomial(1)))), "different names"),
        (lambda: TemplateBackground(np.array([0.0, 1.0]), np.array([0.0])), "all 0"),
        (lambda: TemplateBackground(np.array([0.0, 1.0]), np.array([-1.0])), "negative"),
        (lambda: TemplateBackground(np.array([1.0, 0.0]), np.array([1.0])), "increasing edges"),
        (lambda: TemplateBackground(np.array([0.0, 1.0]), np.array([1.0]), np.array([-1.0])), "variances"),
        (lambda: terms_of(Components((Component("a", Polynomial(1), expected=3.0),))), "a form with one"),
        (lambda: terms_of(Components((Component("a", RAMP, expected=-3.0),))), "numbers >= 0"),
        (lambda: ShapeNuisance("a", Gaussian(0.1), interpolation="kinked"), "Give both"),
        (lambda: YieldNuisance("a", -0.1).size(POSITION), "numbers >= 0"),
    ],
)
def test_what_is_refused(build, words):
    with pytest.raises(InputError, match=words):
        build()


def test_one_name_is_one_parameter():
    nuisances = (YieldNuisance("a", 0.1), ShapeNuisance("b", Gaussian(0.1)), YieldNuisance("a", 0.2, "background"))
    assert names_of(nuisances) == ("a", "b")


def test_changes_of_a_morph():
    nominal, up, down = np.array([1.0]), np.array([1.4]), np.array([0.8])
    assert ShapeNuisance("a", Gaussian(1.0)).changes(nominal, up, None) == (pytest.approx([0.4]), None)
    straight = ShapeNuisance("a", Gaussian(1.0), Gaussian(2.0)).changes(nominal, up, down)
    assert straight == (pytest.approx([0.3]), None)
    above, below = ShapeNuisance("a", Gaussian(1.0), Gaussian(2.0), interpolation="kinked").changes(nominal, up, down)
    np.testing.assert_allclose([above, below], [[0.4], [0.2]])
