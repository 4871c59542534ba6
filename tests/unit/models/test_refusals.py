"""What models, and the theory behind them, refuse."""

import pytest

from gloam.errors import InputError
from gloam.models import Gaussian
from gloam.models.nuisance import mass_scale_nuisance
from gloam.theory import decay_fraction


def test_a_mass_scale_has_an_error():
    with pytest.raises(InputError, match="error of the mass scale 'scale': got 0"):
        mass_scale_nuisance("scale", Gaussian(0.01), 0.0)


def test_a_model_that_does_not_exist_has_no_decays():
    with pytest.raises(InputError, match=r"model: got 'axion'.*Choose one of them"):
        decay_fraction("axion", "mumu")
