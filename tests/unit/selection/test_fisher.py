"""Fisher's discriminant: agreement with scikit-learn, weights, regularisation and refusals."""

import numpy as np
import pytest

from gloam.errors import InputError
from gloam.selection import train_fisher, working_point

NAMES = ("x", "y", "z")


def samples(signal=400, background=900, seed=4):
    """Two correlated classes."""
    random = np.random.default_rng(seed)
    mix = np.array([[1.0, 0.3, 0.0], [0.0, 1.0, -0.5], [0.2, 0.0, 2.0]])
    s = random.normal(size=(signal, 3)) @ mix + [1.0, 0.0, -0.5]
    b = random.normal(size=(background, 3)) @ mix
    return dict(zip(NAMES, s.T, strict=True)), dict(zip(NAMES, b.T, strict=True))


def test_it_is_the_discriminant_of_scikit_learn():
    """With equal priors and its least-squares solver, coefficients and constant agree to rounding."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    signal, background = samples()
    rows = np.concatenate([np.stack(list(each.values()), axis=1) for each in (signal, background)])
    labels = np.repeat([1, 0], [400, 900])
    reference = LinearDiscriminantAnalysis(solver="lsqr", priors=[0.5, 0.5]).fit(rows, labels)
    found = train_fisher(signal, background, NAMES)
    assert found.coefficients == pytest.approx(reference.coef_[0], rel=1e-9)
    assert found.constant == pytest.approx(reference.intercept_[0], rel=1e-9)
    assert found.values(signal) == pytest.approx(reference.decision_function(rows[:400]), rel=1e-9, abs=1e-9)


def test_scikit_learn_with_its_own_priors_orders_events_in_the_same_way():
    """Its usual solver pools by number of events: another covariance, nearly the same order here."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    signal, background = samples(4000, 4000)
    rows = np.concatenate([np.stack(list(each.values()), axis=1) for each in (signal, background)])
    reference = LinearDiscriminantAnalysis().fit(rows, np.repeat([1, 0], 4000))
    found = train_fisher(signal, background, NAMES)
    assert np.corrcoef(found.values(signal), reference.decision_function(rows[:4000]))[0, 1] > 1 - 1e-9


def test_a_weight_of_two_is_the_event_twice():
    """Of the signal; a weight of 0 leaves it out."""
    signal, background = samples(50, 60)
    weights = np.where(np.arange(50) < 10, 2.0, 1.0)
    weights[-5:] = 0
    repeated = {name: np.repeat(column, weights.astype(int)) for name, column in signal.items()}
    one = train_fisher(signal, background, NAMES, signal_weights=weights)
    assert one.coefficients == pytest.approx(train_fisher(repeated, background, NAMES).coefficients, rel=1e-10)


def test_units_do_not_matter():
    """A variable in MeV instead of GeV: the same values of the discriminant, regularised or not."""
    signal, background = samples()
    scaled = [dict(each, y=1000 * each["y"]) for each in (signal, background)]
    for regularisation in (0.0, 0.3):
        found = train_fisher(signal, background, NAMES, regularisation=regularisation)
        other = train_fisher(*scaled, NAMES, regularisation=regularisation)
        assert other.values(scaled[0]) == pytest.approx(found.values(signal), rel=1e-9, abs=1e-12)


def test_full_regularisation_ignores_correlations():
    """Each coefficient is the difference of means over the mean variance."""
    signal, background = samples()
    found = train_fisher(signal, background, NAMES, regularisation=1.0)
    alone = [train_fisher(signal, background, [name]).coefficients[0] for name in NAMES]
    assert found.coefficients == pytest.approx(alone)


def test_equal_variables_need_regularisation():
    """Refused without; shared equally with."""
    signal, background = ({**each, "copy": each["x"]} for each in samples())
    with pytest.raises(InputError, match="regularisation"):
        train_fisher(signal, background, ["x", "copy"])
    found = train_fisher(signal, background, ["x", "copy"], regularisation=0.01)
    assert found.coefficients[0] == pytest.approx(found.coefficients[1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.array([np.nan, 1.0])}, "not finite"),
        ({"x": np.array([1.0])}, "two or more"),
        ({"y": np.array([1.0, 2.0])}, "no column 'x'"),
    ],
)
def test_unusable_samples_are_refused(change, message):
    """NaN, too few rows, a missing column."""
    with pytest.raises(InputError, match=message):
        train_fisher(change, {"x": np.array([0.0, 1.0])}, ["x"])


def test_constants_and_bad_weights_are_refused():
    """A variable that does not vary; negative weights; a regularisation above 1."""
    x, still = {"x": np.array([0.0, 1.0])}, {"x": np.ones(2)}
    with pytest.raises(InputError, match="varies"):
        train_fisher(still, still, ["x"])
    with pytest.raises(InputError, match="each row"):
        train_fisher(x, x, ["x"], signal_weights=np.array([-1.0, 2.0]))
    with pytest.raises(InputError, match="0 to 1"):
        train_fisher(x, x, ["x"], regularisation=2.0)


def test_nan_passes_no_working_point():
    """A quarter of the signal is NaN: three quarters can be kept, no more."""
    signal = np.array([np.nan, 1.0, 2.0, 3.0])
    assert working_point(signal, np.array([np.nan, 2.5]), 0.5).background == 0.5
    with pytest.raises(InputError, match=r"at most 0\.75"):
        working_point(signal, np.zeros(2), 0.8)
    with pytest.raises(InputError, match="fraction"):
        working_point(signal, np.zeros(2), 1.0)


def test_the_working_point_of_two_gaussians():
    """Two unit Gaussians 2 apart: 84.13 % of the signal are above the middle, and 15.87 % of the background."""
    x = np.random.default_rng(7).normal(size=(2, 200_000))
    found = working_point(x[0] + 1, x[1] - 1, 0.841345)
    assert found.background == pytest.approx(0.158655, abs=0.003)
    assert found.cut == pytest.approx(0.0, abs=0.01)
