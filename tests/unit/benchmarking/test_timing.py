from gloam.benchmarking.timing import alternate


def test_tasks_take_turns_after_one_untimed_run_of_each():
    order = []
    ours, theirs = alternate(
        lambda: order.append("ours"), {name: lambda name=name: order.append(name) for name in ("a", "b")}, rounds=2
    )
    assert order == ["ours", "a", "b", *["ours", "a", "ours", "b"] * 2]
    assert ours.rounds == 4
    assert {name: timing.rounds for name, timing in theirs.items()} == {"a": 2, "b": 2}


def test_alone_we_run_once_a_round():
    calls = []
    timing, theirs = alternate(lambda: calls.append(1) or len(calls), {}, rounds=3)
    assert (timing.rounds, timing.result, theirs) == (3, 4, {})


def test_processor_time_counts_work_and_not_waiting():
    import time

    timing, _ = alternate(lambda: time.sleep(0.05), {}, rounds=3)
    assert timing.wall >= 0.05
    assert timing.cpu < 0.04
