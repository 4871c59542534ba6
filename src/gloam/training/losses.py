"""Losses of all hypotheses at once in JAX: cross entropy, Punzi's figure of merit, the expected upper limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.figures_of_merit import closed_form_terms
from gloam.training.blocks import Blocks
from gloam.training.expected_limit import asimov_ratio, limit_threshold, newton_limit
from gloam.training.settings import LossSettings

__all__ = [
    "Parameters",
    "Stage",
    "compile_stage",
    "compile_value",
    "flatten",
    "loss_of_sums",
    "require_jax",
    "unflatten",
]

Parameters: TypeAlias = Sequence[tuple[Any, Any]]
"""Weights (outputs, inputs) and biases (outputs,) of each layer."""

Stage: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""Loss and gradient of flat parameters."""

TINY = 1e-12
"""Added to efficiencies: where outputs underflow the loss is large, and neither it nor its slope is NaN."""


def require_jax() -> None:
    """Nothing, if JAX is installed.

    Raises:
        InputError: it is not.
    """
    try:
        import jax  # noqa: F401
    except ImportError:
        raise InputError(
            "training of a network", "no JAX", "an environment with the extra 'train'", "pip install 'gloam[train]'"
        ) from None


def flatten(parameters: Parameters) -> FloatArray:
    """All weights and biases in one array."""
    return np.concatenate([np.ravel(np.asarray(part, float)) for layer in parameters for part in layer])


def unflatten(flat: Any, sizes: Sequence[int]) -> list[tuple[Any, Any]]:
    """Weights and biases of a network with these numbers of inputs, hidden and output units."""
    parameters, start = [], 0
    for inputs, outputs in pairwise(sizes):
        middle, end = start + inputs * outputs, start + inputs * outputs + outputs
        parameters.append((flat[start:middle].reshape(outputs, inputs), flat[middle:end]))
        start = end
    return parameters


def compile_stage(blocks: Blocks, sizes: Sequence[int], activation: str, loss: LossSettings | None) -> Stage:
    """The compiled loss and gradient on these events, as a function of flat float64 parameters.

    Sums run over one block after the other, and so do their derivatives: memory does not grow with the events.

    Args:
        blocks: the events.
        sizes: numbers of inputs, hidden units and outputs (1) of the network.
        activation: of the hidden layers.
        loss: Punzi's or the limit; None for the weighted cross entropy.

    Raises:
        InputError: JAX is not installed.
    """
    require_jax()
    import jax

    compiled, arrays = _compiled(tuple(sizes), activation, loss, True), jax.device_put(_content(blocks))

    def stage(flat: FloatArray) -> tuple[float, FloatArray]:
        found, gradient = compiled(flat.astype(np.float32), arrays)
        return float(found), np.asarray(gradient, float)

    return stage


def compile_value(
    blocks: Blocks, sizes: Sequence[int], activation: str, loss: LossSettings | None
) -> Callable[[FloatArray], float]:
    """The compiled loss alone; arguments as of `compile_stage`."""
    require_jax()
    import jax

    compiled, arrays = _compiled(tuple(sizes), activation, loss, False), jax.device_put(_content(blocks))
    return lambda flat: float(compiled(flat.astype(np.float32), arrays))


def _content(blocks: Blocks) -> dict[str, Any]:
    """The arrays and numbers of blocks that a compiled function takes."""
    total = (blocks.weight * blocks.balance[:, None]).sum(dtype=float)
    return blocks.arrays | {"total": np.float32(total), "luminosity": np.float32(blocks.luminosity)}


@lru_cache(maxsize=64)
def _compiled(sizes: tuple[int, ...], activation: str, loss: LossSettings | None, gradient: bool) -> Any:
    """The loss as a compiled function of flat parameters and content; kept, so that like blocks compile once."""
    import jax

    def value(flat: Any, content: dict[str, Any]) -> Any:
        parameters = unflatten(flat, sizes)
        if loss is None:
            return _cross_entropy(parameters, activation, content)
        return _window_loss(parameters, activation, content, loss)

    return jax.jit(jax.value_and_grad(value) if gradient else value)


def _logits(parameters: Parameters, activation: str, features: Any) -> Any:
    """The logits of one block, features first, shape (block,)."""
    import jax
    import jax.numpy as jnp

    functions: dict[str, Any] = {
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "sigmoid": jax.nn.sigmoid,
        "linear": jnp.asarray,
    }
    apply = functions[activation]
    hidden = features
    for weights, biases in parameters[:-1]:
        hidden = apply(weights @ hidden + biases[:, None])
    weights, biases = parameters[-1]
    return (weights @ hidden + biases[:, None])[0]


def _over_blocks(one: Callable[..., Any], *columns: Any) -> Any:
    """What `one` gives for each block; the gradient computes each block again instead of keeping it."""
    import jax

    repeated = jax.checkpoint(one)
    return jax.lax.scan(lambda carry, block: (carry, repeated(*block)), None, columns)[1]


def _cross_entropy(parameters: Parameters, activation: str, arrays: dict[str, Any]) -> Any:
    import jax
    import jax.numpy as jnp

    def one(features: Any, weight: Any, label: Any, balance: Any) -> Any:
        logit = _logits(parameters, activation, features)
        return balance * jnp.sum(weight * (jax.nn.softplus(logit) - label * logit))

    sums = _over_blocks(one, arrays["features"], arrays["weight"], arrays["label"], arrays["balance"])
    return jnp.sum(sums) / arrays["total"]


def _window_loss(parameters: Parameters, activation: str, arrays: dict[str, Any], loss: LossSettings) -> Any:
    import jax
    import jax.numpy as jnp

    def one(features: Any, weight: Any) -> Any:
        weighted = weight * jax.nn.sigmoid(_logits(parameters, activation, features))
        return jnp.stack([jnp.sum(weighted), jnp.sum(weighted**2)])

    sums = _over_blocks(one, arrays["features"], arrays["weight"])
    background = arrays["background"] @ sums
    efficiency = arrays["efficiency"] @ sums[:, 0]
    return loss_of_sums(background[:, 0], efficiency, background[:, 1], loss, arrays["luminosity"])


def loss_of_sums(background: Any, efficiency: Any, variance: Any, loss: LossSettings, luminosity: float) -> Any:
    """The loss of the hypotheses (first axis) from their sums; differentiable.

    Args:
        background: sums of weighted outputs of the background.
        efficiency: the same of the signal.
        variance: sums of squares of weighted outputs of the background: the statistics of the simulation.
        loss: what is averaged, and how.
        luminosity: in fb^-1.
    """
    import jax.numpy as jnp

    expected = loss.scaling * background + loss.floor
    if loss.kind == "punzi":
        needed = _punzi_yield(expected, loss)
    else:
        total = loss.scaling**2 * variance + (loss.background_error * expected) ** 2
        needed = _expected_limit(expected, total, loss.level)
    part = loss.scaling * efficiency + TINY
    if loss.average == "mean":
        return jnp.mean(needed / part, axis=0) / luminosity
    return jnp.exp(jnp.mean(jnp.log(needed) - jnp.log(part), axis=0)) / luminosity


def _punzi_yield(background: Any, loss: LossSettings) -> Any:
    import jax.numpy as jnp

    constant, square = closed_form_terms(loss.significance, loss.power, loss.form)
    root = loss.significance * jnp.sqrt(background)
    return constant + root + loss.power / 2 * jnp.sqrt(square + 4 * root + 4 * background)


def _expected_limit(background: Any, variance: Any, level: float) -> Any:
    """`expected_limit`, differentiable: one more step of Newton's method at the root carries the derivatives."""
    import jax
    import jax.numpy as jnp

    z = limit_threshold(level)
    signal = jax.lax.stop_gradient(newton_limit(background, variance, z, jnp))
    ratio, slope = asimov_ratio(signal, background, variance, jnp)
    return signal - (ratio - z**2) / jax.lax.stop_gradient(slope)
