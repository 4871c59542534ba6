"""belle2_alp_3gamma on the command line: what it declares, its preparation, faults of its options."""

import pytest


def test_show_says_the_standing_of_every_number(gloam):
    found = gloam("show", "belle2_alp_3gamma")
    assert found.code == 0
    said = (
        "above: 37.3 degree [recalled]",
        "0.03  [published]",
        "start: 1.5 sigma [assumed]",
        "31.4 degree [recalled]",
    )
    for words in said:
        assert words in found.out
    document = gloam("show", "belle2_alp_3gamma", "--json").document
    assert document["simulated"]["recoils_above_650"]["masses"] == 11
    assert document["simulated"]["pairs_above_1000"]["enough"]


def test_list_says_that_the_data_are_pseudo(gloam):
    found = {each["name"]: each for each in gloam("list", "--json").document}
    assert "pseudo" in str(found["belle2_alp_3gamma"])


def test_prepare_writes_an_artefact(gloam, tmp_path):
    found = gloam("prepare", "belle2_alp_3gamma", "--scale", "0.0001", "--out", tmp_path, "--json")
    assert found.code == 0
    document = found.document
    assert document["events"] == 41 * 2000 + 20_000
    assert set(document["spectra"]) == {"pairs_above_1000", "pairs_above_650", "recoils_above_650"}
    assert (tmp_path / "prepared.npz").is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("prepare", "cms_dimuon"), ("nothing that it takes from simulation",)),
        (("prepare", "belle2_alp"), ("belle2_alp_3gamma",)),
        (("run", "belle2_alp_3gamma", "--inject", "12", "0.001"), ("--inject", "0.2 to 0.5")),
        (("run", "belle2_alp_3gamma", "--inject", "3", "-1"), ("--inject", "coupling of at least 0")),
        (("run", "cms_dimuon", "--inject", "3", "0.1"), ("--inject", "without --data")),
        (("run", "belle2_alp_3gamma", "--data", "absent.npz"), ("absent.npz", "no such file")),
        (("run", "belle2_alp_3gamma", "--data", "absent.npz", "--stage", "events"), ("absent.npz", "no such file")),
    ],
    ids=" ".join,
)
def test_faults_are_one_message(gloam, arguments, words):
    found = gloam(*arguments)
    assert found.code == 2
    assert found.out == ""
    assert all(word.lower() in found.err.lower() for word in words)
    assert len(found.err.strip().splitlines()) == 1
