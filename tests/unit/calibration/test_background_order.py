"""The order of a background from side bands: found where it is known, refused where it cannot be."""

import dataclasses
import importlib.util
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import legendre

from gloam.calibration import select_order
from gloam.errors import InputError
from gloam.searches import load_search
from gloam.searches.cms_dimuon import SIDE_BAND_RULE
from gloam.spectra import Spectrum, fill, uniform_axis, with_flow

AXIS = uniform_axis(2.0, 4.0, bins=80)
REGION = (2.9, 3.1)
SHAPES = {1: [1, -0.4], 2: [1, -0.3, 0.25], 3: [1, -0.3, 0.2, -0.15], 4: [1, 0.2, -0.2, 0.1, 0.15]}


def spectrum(order, seed, mean=1500.0, peak=0):
    t = (AXIS.centers - 3.0) / 1.0
    random = np.random.default_rng(seed)
    contents = random.poisson(mean * legendre.legval(t, SHAPES[order])).astype(float)
    return Spectrum((AXIS,), with_flow(contents + peak * ((AXIS.centers > 2.9) & (AXIS.centers < 3.1)), (AXIS,)))


@pytest.mark.parametrize("order", SHAPES)
def test_the_order_of_generated_polynomials_is_found(order):
    """Two tests at 5 % each: the true order passes in more than 90 % of the cases, no lower one ever does."""
    found = [select_order(spectrum(order, seed), REGION).order for seed in range(25)]
    assert min(found) == order
    assert found.count(order) >= 18  # expected about 23; less than 1 in 10^4 by chance


def test_the_signal_region_is_not_looked_at():
    plain, peaked = (select_order(spectrum(2, 1, peak=peak), REGION) for peak in (0, 100_000))
    assert plain == peaked


def test_bins_that_touch_the_region_are_not_used():
    ndf = select_order(spectrum(2, 1), (2.91, 3.09)).ndf
    assert ndf[0] == 80 - 8 - 1


def test_the_least_order_is_kept():
    choice = select_order(spectrum(1, 3), REGION, least=2)
    assert choice.order >= 2
    assert choice.orders == (2, 3, 4, 5, 6, 7)


def test_chi_squared_and_p_values_belong_to_the_fits():
    from scipy.stats import f

    choice = select_order(spectrum(2, 5), REGION)
    assert len(choice.chi2) == len(choice.ndf) == len(choice.p_next) == len(choice.p_next_two) == 8
    np.testing.assert_array_equal(np.diff(choice.ndf), -1)
    assert 40 < choice.chi2[2] < 110  # 69 degrees of freedom
    assert choice.chi2[0] > 500
    for i in range(7):
        ratio = (choice.chi2[i] - choice.chi2[i + 1]) / (choice.chi2[i + 1] / choice.ndf[i + 1])
        assert choice.p_next[i] == pytest.approx(f.sf(max(ratio, 0), 1, choice.ndf[i + 1]), rel=1e-9)
    assert choice.p_next[-1] is None
    assert choice.p_next_two[-2:] == (None, None)


def test_the_chi_squared_of_a_constant_is_the_sum_by_hand():
    data = spectrum(2, 7)
    used = (AXIS.edges[1:] <= 2.9) | (AXIS.edges[:-1] >= 3.1)
    mean = data.values()[used].mean()
    expected = ((data.values()[used] - mean) ** 2 / mean).sum()
    assert select_order(data, REGION).chi2[0] == pytest.approx(expected, rel=1e-6)


def test_too_few_bins_are_refused():
    with pytest.raises(
        InputError, match=r"got 8 bins outside the signal region; allowed: at least 9 for order 7\. Use finer"
    ):
        select_order(spectrum(1, 1), (2.1, 3.9))


def test_side_bands_that_no_order_describes_are_refused():
    saw = Spectrum((AXIS,), with_flow(1000 + 900 * np.sin(np.arange(80.0)).round(), (AXIS,)), asimov=True)
    with pytest.raises(InputError, match="got no order up to 1 is sufficient"):
        select_order(Spectrum((AXIS,), with_flow(np.geomspace(1, 1e7, 80).round(), (AXIS,))), REGION, highest=3)
    assert select_order(saw, REGION, threshold=0.0).order == 0


@pytest.fixture(scope="module")
def tool():
    path = Path(__file__).parents[3] / "tools" / "prepare_cms_dimuon.py"
    spec = importlib.util.spec_from_file_location("prepare_cms_dimuon", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_orders_of_cms_dimuon_are_what_the_tool_chooses(tool):
    stored = json.loads(files("gloam.searches.cms_dimuon").joinpath("background_orders.json").read_text())
    assert stored["rule"] == SIDE_BAND_RULE
    channels = {channel.name: channel for channel in load_search("cms_dimuon").channels}
    assert stored["channels"].keys() == channels.keys()
    for name, channel in channels.items():
        chosen = dataclasses.asdict(tool.choose(channel))
        kept = stored["channels"][name]
        assert kept.keys() == chosen.keys()
        assert channel.background == f"polynomial:{chosen['order']}"
        for key, value in chosen.items():
            np.testing.assert_allclose(np.array(kept[key], float), np.array(value, float), rtol=1e-6, err_msg=key)


def test_events_are_counted_as_they_are():
    """A filled spectrum and its contents give the same answer."""
    values = np.random.default_rng(4).uniform(2, 4, 50_000)
    filled = fill(values, AXIS)
    assert select_order(filled, REGION) == select_order(Spectrum((AXIS,), with_flow(filled.values(), (AXIS,))), REGION)
