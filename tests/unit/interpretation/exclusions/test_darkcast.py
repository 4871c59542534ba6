"""Python declarations of DARKCAST, read without running them."""

import pytest

from gloam.errors import InputError
from gloam.interpretation.exclusions import read_declaration

# written for this test in the form of DARKCAST's files
TEXT = '''
import darkcast
notes = """
This limit was extracted from figure 1
of Somebody:2020abc.
"""
bibtex = """
@article{Somebody:2020abc,
 title          = "{Search for a Dark Photon in $e^+e^-$
                   Collisions}",
 year           = "2020",
 eprint         = "2001.00001",
}
"""
model = darkcast.Model("dark_photon", iwidth = lambda m, model: 99.0*model.width("visible", m))
production = darkcast.Production("e_e")
decay = "invisible"
bounds = darkcast.Dataset("limits/Somebody2020abc.lmt")
efficiency = darkcast.Efficiency(t0 = 0, t1 = float("inf"))
raise SystemExit("this must not run")
'''


def test_what_a_declaration_says():
    found = read_declaration(TEXT)
    assert found.notes == "This limit was extracted from figure 1 of Somebody:2020abc."
    assert found.title == "Search for a Dark Photon in $e^+e^-$ Collisions"
    assert (found.eprint, found.year) == ("2001.00001", "2020")
    assert (found.model, found.decay, found.table) == ("dark_photon", ("invisible",), "Somebody2020abc.lmt")


def test_what_is_missing_is_empty():
    found = read_declaration('bounds = darkcast.Datasets("reach/X.lmt")\n')
    assert (found.notes, found.title, found.eprint, found.year, found.model, found.decay) == ("", "", "", "", "", ())
    assert found.table == "X.lmt"


@pytest.mark.parametrize(("text", "words"), [("bounds = (", "line 1"), ("notes = 'x'\n", "no bounds")])
def test_what_is_no_declaration(text, words):
    with pytest.raises(InputError, match=words):
        read_declaration(text, "X.py")
