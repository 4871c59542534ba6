"""The kernel draws the counts that NumPy draws, every one of them."""

import numpy as np
import pytest

from gloam.execution import poisson_tables
from gloam.execution.poisson_tables import CELLS
from gloam.execution.random import philox_state, random_stream
from gloam.kernel import poisson_counts
from gloam.kernel.engine import INSTRUCTION_SETS
from gloam.kernel.library import library

pytestmark = pytest.mark.skipif(library() is None, reason="the kernel was not built")
VARIANTS = INSTRUCTION_SETS[: 1 + (library().gloam_best() if library() else 0)]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("bins", [0, 1, 3, 4, 5, 255, 256, 257, 1000])
def test_counts_are_identical_to_those_of_numpy(variant, bins, monkeypatch):
    means = np.random.default_rng(bins).choice([0.0, 1e-3, 0.4, 3.0, 60.0, 511.9], bins)
    tables, toys, drawn = poisson_tables(means), [0, 5, 2**40], {}
    for engine in ("numpy", "compiled"):
        monkeypatch.setenv("GLOAM_ENGINE", engine)
        monkeypatch.setenv("GLOAM_INSTRUCTION_SET", variant)
        drawn[engine] = tables.draw(3, "test", toys)
    np.testing.assert_array_equal(drawn["compiled"], drawn["numpy"])


def test_words_are_those_of_the_generator_also_where_its_counter_carries():
    """One threshold per cell, at its end: the count is the first byte of each word."""
    bins = 9
    thresholds = np.tile((np.arange(1, 257, dtype=np.uint64) << np.uint64(56)) - np.uint64(1), bins)
    cells = np.arange((bins << CELLS) + 1, dtype=np.int32)
    for start in (0, 2**64 - 2):
        key, counter = philox_state(1, "test", 2**64 - 1)
        counter[0] = start
        words = np.random.Philox(key=key, counter=counter).random_raw(bins)
        drawn = poisson_counts(key, counter[None], CELLS, thresholds, cells, -256 * np.arange(bins), 0)
        np.testing.assert_array_equal(drawn[0], words >> np.uint64(56))


def test_a_stream_starts_from_its_state():
    key, counter = philox_state(4, "name", 9)
    words = np.random.Philox(key=key, counter=counter).random_raw(5)
    np.testing.assert_array_equal(random_stream(4, "name", 9).bit_generator.random_raw(5), words)


def test_tables_that_lead_elsewhere_are_refused():
    key, counter = philox_state(1, "test", 0)
    words = np.zeros(3, np.uint64)
    for cells in (np.zeros(5, np.int32), np.full(257, 4, np.int32), np.full(257, -1, np.int32)):
        with pytest.raises(ValueError, match="cells"):
            poisson_counts(key, counter[None], CELLS, words, cells, np.zeros(1, np.int64), 0)
