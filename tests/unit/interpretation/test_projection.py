"""Limits at other luminosities: scaled scans and counts, and the power of the luminosity they follow."""

import numpy as np
import pytest

import gloam
from gloam.errors import InputError
from gloam.interpretation import (
    Coupling,
    project_counting_scan,
    project_counts,
    project_scan,
    projected_couplings,
    scaled_cells,
    scaled_scan,
)
from gloam.models import (
    Component,
    Components,
    Peak,
    Polynomial,
    ShapeNuisance,
    TemplateBackground,
    YieldNuisance,
    resolution_nuisance,
)
from gloam.scans import (
    CountingScan,
    JointScan,
    SidebandBackground,
    SimulatedBackground,
    count_windows,
    interval_windows,
)
from gloam.spectra import Spectrum, uniform_axis, with_flow
from gloam.statistics import counting_cells, on_off_cells, upper_limits
from gloam.statistics.counting.spread import Binomial, Known
from gloam.workflow.scan import declare_scan

SHAPE = gloam.Gaussian(0.02)
AXIS = uniform_axis(0.0, 1.0, bins=100)


def setup_of(mean=30.0, background=None, nuisances=(), grid=(0.4, 0.6), counts=None):
    values = np.full(100, float(mean)) if counts is None else counts
    spectrum = Spectrum((AXIS,), with_flow(values, (AXIS,)), asimov=True)
    return declare_scan(spectrum, SHAPE, background or Polynomial(1), list(grid), 15.0, (), nuisances)


def test_at_its_own_luminosity_a_projection_is_the_expected_limit():
    setup = setup_of()
    found = project_scan(setup, 50.0, 50.0)
    expected = upper_limits(gloam.scan(setup.spectrum, SHAPE, Polynomial(1), [0.4, 0.6], 15.0)).expected
    np.testing.assert_allclose(found.n_sig[0], expected, rtol=1e-9)
    np.testing.assert_allclose(found.cross_section[0], expected / 50.0, rtol=1e-9)


def test_a_spectrum_that_is_multiplied_is_an_expectation_with_as_many_events_more():
    scan = scaled_scan(setup_of(), 2.5)
    np.testing.assert_allclose(scan.spectrum.values(), 75.0)
    assert scan.spectrum.asimov


def test_weighted_data_keep_their_weights():
    contents = with_flow(np.full(100, 20.0), (AXIS,))
    setup = setup_of()
    weighted = declare_scan(Spectrum((AXIS,), contents, 2.0 * contents), SHAPE, Polynomial(1), [0.5], 15.0)
    np.testing.assert_allclose(scaled_scan(weighted, 4.0).spectrum.counts(), 40.0)
    assert not scaled_scan(setup, 4.0).spectrum.is_weighted


def test_with_much_background_the_limit_falls_as_the_root():
    found = project_scan(setup_of(mean=3e4), 1.0, [1.0, 10.0, 100.0])
    np.testing.assert_allclose(found.exponent, -0.5, atol=2e-3)
    np.testing.assert_allclose(found.median[0] / found.median[2], 10.0, rtol=5e-3)


def test_with_hardly_any_background_it_falls_faster():
    found = project_scan(setup_of(mean=1e-3), 1.0, [1.0, 1e3])
    assert (found.exponent[0] < -0.8).all()
    assert (found.exponent[1] > found.exponent[0]).all()


def peaking(relative_error):
    """A flat background and a known peak just where the signal is looked for."""
    peak = Component("peak", Peak(SHAPE, 0.5), expected=200.0, relative_error=relative_error, constraint="gaussian")
    return Components((Component("flat", Polynomial(0)), peak))


def counts_with_peak():
    return 30.0 + 200.0 * np.diff(SHAPE.cumulative(AXIS.edges, np.array(0.5)))


@pytest.mark.parametrize(("systematics", "power"), [("fixed", 0.0), ("scaled", -0.5), ("none", -0.5)])
def test_a_peak_known_to_a_relative_error_is_a_floor(systematics, power):
    setup = setup_of(background=peaking(0.2), counts=counts_with_peak(), grid=[0.5])
    found = project_scan(setup, 1.0, 1e5, systematics=systematics)
    np.testing.assert_allclose(found.exponent, power, atol=5e-3)


def test_expected_yields_grow_and_their_errors_do_as_asked():
    setup = setup_of(background=peaking(0.2), counts=counts_with_peak(), grid=[0.5])
    for systematics, error in (("fixed", 0.2), ("scaled", 0.1), ("none", 0.0)):
        part = scaled_scan(setup, 4.0, systematics).background.parts[1]
        assert part.expected == 800.0
        assert part.relative_error == pytest.approx(error, rel=1e-15)


def test_nuisances_of_the_signal():
    efficiency, width = YieldNuisance("efficiency", 0.1), resolution_nuisance("width", SHAPE, 0.2)
    setup = setup_of(nuisances=(efficiency, width))
    assert scaled_scan(setup, 4.0, "fixed").nuisances == (efficiency, width)
    assert scaled_scan(setup, 4.0, "none").nuisances == ()
    halved = scaled_scan(setup, 4.0, "scaled").nuisances
    assert halved[0].relative == pytest.approx(0.05)
    x, position = np.array([0.48, 0.53]), np.array(0.5)
    nominal, up = SHAPE.cumulative(x, position), width.up.cumulative(x, position)
    np.testing.assert_allclose(halved[1].up.cumulative(x, position), 0.5 * (nominal + up), rtol=1e-14)
    assert halved[1].up.resolution(position) == SHAPE.resolution(position)


def test_the_limits_lie_between_those_without_and_with_fixed_uncertainties():
    setup = setup_of(mean=500.0, nuisances=(YieldNuisance("efficiency", 0.3),))
    fixed, scaled, none = (project_scan(setup, 1.0, 100.0, systematics=s).median for s in ("fixed", "scaled", "none"))
    assert (none < scaled).all()
    assert (scaled < fixed).all()


def test_a_varied_background_shape_cannot_be_scaled():
    tilted = ShapeNuisance("tilt", Peak(SHAPE, 0.4), target="peak")
    setup = setup_of(background=peaking(0.2), nuisances=(tilted,))
    assert scaled_scan(setup, 4.0, "fixed").nuisances == (tilted,)
    with pytest.raises(InputError, match="'tilt' at another luminosity"):
        scaled_scan(setup, 4.0, "scaled")


@pytest.mark.parametrize(("systematics", "part"), [("fixed", 1.0), ("scaled", 0.25), ("none", None)])
def test_statistics_of_simulated_templates(systematics, part):
    edges, contents = np.linspace(0, 1, 11), np.full(10, 5.0)
    template = TemplateBackground(edges, contents, np.full(10, 0.5))
    scaled = scaled_scan(setup_of(background=template), 4.0, systematics).background
    if part is None:
        assert scaled.variances is None
    else:
        np.testing.assert_allclose(scaled.variances, 0.5 * part)


def test_all_channels_of_a_joint_scan_grow():
    one = setup_of()
    joint = scaled_scan(JointScan(("a", "b"), (one, one), np.ones((2, 1))), 3.0)
    assert all((channel.spectrum.values() == 90.0).all() for channel in joint.channels)


def test_counts_without_background_gain_as_the_luminosity():
    found = project_counts(counting_cells(0, 0.0), 1.0, [1.0, 7.0])
    np.testing.assert_allclose(found.median.ravel(), np.log(10) / np.array([1.0, 7.0]), rtol=1e-9)
    np.testing.assert_allclose(found.exponent, -1.0, atol=1e-9)


@pytest.mark.parametrize("method", ["cls", "bayes", "classical", "profile"])
def test_counts_over_much_background_gain_as_its_root(method):
    found = project_counts(counting_cells(0, 1e4), 1.0, [1.0, 100.0], 0.95, method)
    np.testing.assert_allclose(found.exponent, -0.5, atol=6e-3)  # corrections fall as 1 / sqrt(b)


@pytest.mark.parametrize(("systematics", "power"), [("fixed", 0.0), ("scaled", -0.5), ("none", -0.5)])
def test_counts_with_an_uncertain_background_reach_a_floor(systematics, power):
    found = project_counts(counting_cells(0, 100.0, 20.0), 1.0, [1e4], systematics=systematics)
    np.testing.assert_allclose(found.exponent, power, atol=3e-3)


@pytest.mark.parametrize(
    ("systematics", "control", "power"),
    [("fixed", "simulation", 0.0), ("fixed", "data", -0.5), ("scaled", "simulation", -0.5), ("none", "data", -0.5)],
)
def test_a_control_region_is_simulation_or_data(systematics, control, power):
    found = project_counts(on_off_cells(3, 600, 6.0), 1.0, [1e4], systematics=systematics, control=control)
    np.testing.assert_allclose(found.exponent, power, atol=2e-2)


@pytest.mark.parametrize("sidebands", [True, False])
def test_a_scan_of_windows_is_projected_window_by_window(sidebands):
    random = np.random.default_rng(2)
    spectrum = Spectrum((AXIS,), with_flow(random.poisson(5.0, 100), (AXIS,)))
    flat = Spectrum((AXIS,), with_flow(np.full(100, 500.0), (AXIS,)), asimov=True)
    background = SidebandBackground(1.0, 4.0) if sidebands else SimulatedBackground(flat, 0.01)
    windows = interval_windows(AXIS, [0.3, 0.5, 0.7], 0.05)
    counted = count_windows(CountingScan(spectrum, windows, background, vetoes=((0.49, 0.51),)))
    found = project_counting_scan(counted, 1.0, [1.0, 1e4])
    np.testing.assert_array_equal(np.isnan(found.median), [[False, True, False]] * 2)
    # sidebands grow with the data; 100 times as much simulation as data are too few for 10^4 times the data
    power = found.exponent[1, [0, 2]]
    assert (np.abs(power + 0.5) < 0.02).all() if sidebands else (power > -0.2).all()


def test_only_one_of_two_factors_of_a_background_grows():
    cells = scaled_cells(on_off_cells(3, 12, 6.0, 0.3), 10.0)
    np.testing.assert_allclose(cells.nominal_background, 20.0)
    np.testing.assert_allclose(cells.observed, 20.0)
    np.testing.assert_allclose(cells.background[1].nominal, 1.0)


def test_efficiencies_of_counts():
    cells = counting_cells(0, 10.0, efficiency=0.5, efficiency_error=0.1, efficiency_form="gaussian")
    np.testing.assert_allclose(scaled_cells(cells, 4.0, "scaled").efficiency.sigma, 0.05)
    np.testing.assert_allclose(scaled_cells(cells, 4.0, "fixed").efficiency.sigma, 0.1)
    assert isinstance(scaled_cells(cells, 4.0, "none").efficiency, Known)
    measured = counting_cells(0, 10.0)
    measured = type(measured)(measured.observed, measured.background, Binomial(np.array([5.0]), np.array([10.0])))
    assert scaled_cells(measured, 4.0, "scaled").efficiency.tried == 40.0
    assert scaled_cells(measured, 4.0, "fixed").efficiency.tried == 10.0


def test_couplings_gain_with_the_root_of_what_cross_sections_gain():
    found = project_counts(counting_cells(0, 1e4), 1.0, [1.0, 1e4])
    mass, efficiency = np.array([1.0]), np.array([0.1])
    square, exponent = projected_couplings(found, mass, efficiency, Coupling("g", 1e5))
    linear, same = projected_couplings(found, mass, efficiency, Coupling("eps^2 alpha_D", 1e5, power=1.0))
    np.testing.assert_allclose(square**2, linear, rtol=1e-12)
    np.testing.assert_allclose(2 * exponent, same)
    np.testing.assert_allclose(linear[:, :, 2], found.median / 1e4, rtol=1e-12)


def test_a_coupling_that_nothing_makes_is_not_limited():
    found = project_counts(counting_cells(0, 0.0), 1.0, [1.0])
    limits, _ = projected_couplings(found, np.array([1.0]), np.array([0.1]), Coupling("g", 0.0))
    assert np.isnan(limits).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": [0.0]}, "luminosity: got 0"),
        ({"luminosity": -1.0}, "luminosity: got -1"),
        ({"method": "cls-toys"}, "method of the projection: got cls-toys"),
        ({"systematics": "half"}, "systematics: got half"),
        ({"level": 0.3}, "level of the limit"),
    ],
)
def test_what_cannot_be_projected(change, words):
    given = {"scan": setup_of(), "luminosity": 1.0, "targets": [2.0]} | change
    with pytest.raises(InputError, match=words):
        project_scan(**given)


def test_belts_need_whole_counts():
    with pytest.raises(InputError, match="feldman-cousins"):
        project_counts(counting_cells(0, 1.0), 1.0, [2.0], method="feldman-cousins")
