"""What made a result."""

import platform
from datetime import UTC, datetime, timedelta
from importlib import metadata

import numpy as np

from gloam.store import provenance


def test_keys_and_values():
    made = provenance(hashes={"data": "abc", "file": None}, seed=5)
    assert set(made) == {
        "gloam", "python", "numpy", "machine", "engine", "instruction_set", "seed", "hashes", "date",
    }  # fmt: skip
    assert made["gloam"] == metadata.version("gloam")
    assert made["python"] == platform.python_version()
    assert made["numpy"] == np.__version__
    assert made["hashes"] == {"data": "abc", "file": None}
    assert made["seed"] == 5
    assert provenance(hashes={})["seed"] is None


def test_the_date_is_now_and_in_utc():
    date = datetime.fromisoformat(provenance(hashes={})["date"])
    assert date.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)
