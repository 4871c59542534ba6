"""Networks on the toy against the training rule of the public reference, on fresh seeds; and the speed of a step.

python benchmarks/punzi.py [--geometric] [SEED ...]     figures of merit, some minutes a seed
python benchmarks/punzi.py --losses       three losses and a mass input, some minutes
python benchmarks/punzi.py --speed        time and memory of one step with 0.5 and 5 million events
"""

import resource
import sys
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

from gloam.execution import random_stream
from gloam.selection.networks import dense_network
from gloam.statistics.cut_scans import averaged, best_cuts, best_single_cut
from gloam.training.assessment import (
    CAUTION,
    Cuts,
    Reached,
    Scored,
    choose_cuts,
    merit_of,
    ratio_interval,
    reached,
    score,
)
from gloam.training.blocks import Placed, pack, place
from gloam.training.losses import compile_stage, flatten, unflatten
from gloam.training.reference_rule import descend
from gloam.training.settings import LossSettings, Training
from gloam.training.toy import TOY_FEATURES, toy_hypotheses, toy_table
from gloam.training.train import train

Result = tuple[Scored, Cuts, Reached, np.ndarray]
"""Scores of the test sample, cuts, what they reach, and cuts that each window chose alone."""

SIZES = (4, 8, 4, 1)
LOSS = LossSettings(power=1.28155)


def reference_cross_entropy(placed: Placed, seed: int, epochs: int = 150, batch: int = 4096) -> np.ndarray:
    """The reference's pre-training: mini-batches, gradient descent at rate 1, halved on a plateau of 10 epochs."""
    import jax
    import jax.numpy as jnp

    random = random_stream(seed, "reference")
    heavy = placed.weight[~placed.is_signal].sum() / placed.is_signal.sum()
    weight = np.where(placed.is_signal, heavy, placed.weight)
    weight = weight / weight.mean()
    x, w, label = (jnp.asarray(each, jnp.float32) for each in (placed.features, weight, placed.is_signal))
    flat = jnp.asarray(
        flatten([(random.normal(0, np.sqrt(2 / i), (o, i)), random.normal(size=o)) for i, o in pairwise(SIZES)]),
        jnp.float32,
    )

    def loss(flat, rows):
        hidden = x[rows].T
        *layers, (last, bias) = unflatten(flat, SIZES)
        for weights, biases in layers:
            hidden = jnp.tanh(weights @ hidden + biases[:, None])
        z = (last @ hidden + bias[:, None])[0]
        return jnp.sum(w[rows] * (jax.nn.softplus(z) - label[rows] * z)) / jnp.sum(w[rows])

    @jax.jit
    def epoch(flat, order, rate):
        def step(flat, rows):
            value, gradient = jax.value_and_grad(loss)(flat, rows)
            return flat - rate * gradient, value

        return jax.lax.scan(step, flat, order)

    rate, best, bad = 1.0, np.inf, 0
    for _ in range(epochs):
        order = random.permutation(len(weight))[: len(weight) // batch * batch].reshape(-1, batch)
        flat, values = epoch(flat, order, rate)
        mean = float(values.mean())
        best, bad = (mean, 0) if mean < best * (1 - 1e-4) else (best, bad + 1)
        if bad > 10:
            rate, bad = rate / 2, 0
    return np.asarray(flat, float)


def one_seed(seed: int) -> None:
    tables = {name: toy_table(seed, name) for name in ("train", "validation")}
    # four times the background: a single simulated event must not decide about a mass
    tables["test"] = toy_table(seed, "test", background=4.0)
    hypotheses = toy_hypotheses()
    merit = merit_of(LOSS, tables["test"].luminosity)

    def evaluate(name, network, seconds):
        validation, test = (score(lambda _: network, tables[each], hypotheses) for each in ("validation", "test"))
        cuts = choose_cuts(validation, LOSS)
        found = reached(test, cuts, LOSS)
        geometric = best_single_cut(validation.windows, merit, "geometric")
        single = averaged(reached(test, replace_single(cuts, geometric), LOSS).single, "geometric")
        print(
            f"  {name:22s} soft {found.soft.mean():6.3f}  y>0.5 {found.half.mean():6.3f} / "
            f"{averaged(found.half, 'geometric'):6.3f}  single {found.single.mean():6.3f} / {single:6.3f}"
            f"  t(M) {found.smooth.mean():6.3f} / {averaged(found.smooth, 'geometric'):6.3f}"
            f"  each {found.each.mean():6.3f} / {averaged(found.each, 'geometric'):6.3f}  {seconds:5.0f} CPU s",
            flush=True,
        )
        return test, cuts, found, best_cuts(validation.windows, merit, CAUTION)

    def replace_single(cuts, single):
        return replace(cuts, single=single)

    print(f"seed {seed}: test sample, arithmetic / geometric mean over 44 masses in fb", flush=True)
    start = time.process_time()
    placed = place(tables["train"], hypotheses)
    flat = reference_cross_entropy(placed, seed)
    evaluate("reference BCE", dense_network(TOY_FEATURES, unflatten(flat, SIZES)), time.process_time() - start)
    start = time.process_time()
    losses, flat = descend(compile_stage(pack(placed), SIZES, "tanh", LOSS), flat, 500)
    print(f"  reference rule, training loss {losses[0]:.3f} -> {losses[-1]:.3f}")
    evaluate("reference Punzi", dense_network(TOY_FEATURES, unflatten(flat, SIZES)), time.process_time() - start)
    results = {}
    choices = [("bce", "bce", "mean"), ("punzi, mean", "loss", "mean")]
    if "--geometric" in sys.argv:
        choices.append(("punzi, geometric", "loss", "geometric"))
    for name, method, average in choices:
        start = time.process_time()
        training = Training(loss=LossSettings(power=1.28155, average=average))
        trained = train(tables["train"], tables["validation"], hypotheses, training, method=method, seed=seed)
        results[name] = evaluate(name, trained.network, time.process_time() - start)
    for name in [name for name, method, _ in choices if method == "loss"]:
        compare(name, results[name], results["bce"], hypotheses.mass, seed)


def compare(name: str, ours: Result, bce: Result, mass: np.ndarray, seed: int) -> None:
    """Ratios of the smooth cut on one network to each choice of cuts on the other, with intervals at 95 %."""
    test, cuts, found, _ = ours
    test_bce, cuts_bce, found_bce, alone = bce
    print(f"  {name}, smooth cut, over cross entropy with")
    for what, cut in (("44 cuts", cuts_bce.each), ("44 cuts, windows alone", alone), ("a smooth cut", cuts_bce.smooth)):
        over = ratio_interval((test, cuts.smooth), (test_bce, cut), LOSS, seed)
        print(
            "    {:24s} {:.3f} [{:.3f}, {:.3f}], worst {:.3f} [{:.3f}, {:.3f}] at {:g} GeV".format(
                what, *over.mean, *over.largest, mass[over.worst]
            ),
            flush=True,
        )
    one = found.single / found_bce.each
    print(f"    one cut over 44 cuts     {averaged(one, 'geometric'):.3f}, worst {one.max():.3f}", flush=True)


def compare_losses(seed: int, size: float = 0.3) -> None:
    """Networks of each loss, and with the mass as an input, by the figure of merit and by the expected limit."""
    tables = [
        toy_table(seed, name, signal=round(3000 * part), background=part)
        for name, part in (("train", size), ("validation", size), ("test", 1.0))
    ]
    hypotheses = toy_hypotheses()
    limit = LossSettings(kind="limit", background_error=0.1)
    print(f"seed {seed}: smooth cut, geometric mean in fb: cross section found, expected limit (background to 10 %)")
    for name, method, training in (
        ("cross entropy", "bce", Training(starts=2)),
        ("cross entropy, mass input", "bce", Training(starts=2, mass_input=True)),
        ("punzi", "loss", Training(starts=2)),
        ("punzi, mass input", "loss", Training(starts=2, mass_input=True)),
        ("limit", "loss", Training(starts=2, loss=limit)),
    ):
        network = train(*tables[:2], hypotheses, training, method=method, seed=seed).network
        validation, test = (score(lambda _, chosen=network: chosen, table, hypotheses) for table in tables[1:])
        merits = [
            averaged(reached(test, choose_cuts(validation, each), each).smooth, "geometric") for each in (LOSS, limit)
        ]
        print(f"  {name:28s} {merits[0]:.3f}  {merits[1]:.3f}", flush=True)


def speed() -> None:
    for copies in (1, 13):
        table = toy_table(1, "train")
        rows = np.tile(np.arange(len(table)), copies)
        start = time.process_time()
        blocks = pack(place(table.rows(rows), toy_hypotheses()))
        packed = time.process_time() - start
        stage = compile_stage(blocks, SIZES, "tanh", LOSS)
        flat = random_stream(1, "speed").normal(size=81)
        start = time.process_time()
        stage(flat)
        compiled = time.process_time() - start
        start = time.process_time()
        for _ in range(10):
            stage(flat)
        step = (time.process_time() - start) / 10
        events = np.count_nonzero(blocks.weight)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{events} events: {step:.4f} CPU s a step ({1e9 * step / events:.0f} ns an event), placing and packing "
            f"{packed:.1f} s, compilation {compiled:.1f} s, memory so far {memory:.2f} GB", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    if "--speed" in sys.argv:
        speed()
    elif "--losses" in sys.argv:
        compare_losses(301)
    else:
        for number in [each for each in sys.argv[1:] if each.isdigit()] or ["101", "102", "103", "104"]:
            one_seed(int(number))
