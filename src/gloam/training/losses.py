"""Losses of all hypotheses at once in JAX: weighted cross entropy, Punzi's figure of merit, the expected upper limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from gloam.arrays import FloatArray
from gloam.errors import InputError
from gloam.statistics.figures_of_merit import closed_form_terms
from gloam.statistics.normal import quantile
from gloam.training.blocks import Blocks
from gloam.training.settings import LossSettings

__all__ = ["Parameters", "Stage", "compile_stage", "expected_limit", "flatten", "require_jax", "unflatten"]

Parameters: TypeAlias = Sequence[tuple[Any, Any]]
"""Weights (outputs, inputs) and biases (outputs,) of each layer."""

Stage: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""Loss and gradient of flat parameters."""

NEWTON_STEPS = 12


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
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        middle, end = start + inputs * outputs, start + inputs * outputs + outputs
        parameters.append((flat[start:middle].reshape(outputs, inputs), flat[middle:end]))
        start = end
    return parameters


def compile_stage(blocks: Blocks, sizes: Sequence[int], activation: str, loss: LossSettings | None) -> Stage:
    """The compiled loss and gradient on these events, as a function of flat float64 parameters.

    Sums run over one block after the other and are differentiated in the same way, so that memory does not grow with the events.

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

    total = float((blocks.weight * blocks.balance[:, None]).sum(dtype=float))
    arrays = jax.device_put(blocks.arrays)

    def value(flat: Any, arrays: dict[str, Any]) -> Any:
        parameters = unflatten(flat, sizes)
        if loss is None:
            return _cross_entropy(parameters, activation, arrays, total)
        return _window_loss(parameters, activation, arrays, loss, blocks.luminosity)

    compiled = jax.jit(jax.value_and_grad(value))

    def stage(flat: FloatArray) -> tuple[float, FloatArray]:
        found, gradient = compiled(flat.astype(np.float32), arrays)
        return float(found), np.asarray(gradient, float)

    return stage


def _logits(parameters: Parameters, activation: str, features: Any) -> Any:
    """The logits of one block, features first, shape (block,)."""
    import jax
    import jax.numpy as jnp

    apply = {"tanh": jnp.tanh, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "linear": lambda x: x}[activation]
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


def _cross_entropy(parameters: Parameters, activation: str, arrays: dict[str, Any], total: float) -> Any:
    import jax
    import jax.numpy as jnp

    def one(features: Any, weight: Any, label: Any, balance: Any) -> Any:
        logit = _logits(parameters, activation, features)
        return balance * jnp.sum(weight * (jax.nn.softplus(logit) - label * logit))

    sums = _over_blocks(one, arrays["features"], arrays["weight"], arrays["label"], arrays["balance"])
    return jnp.sum(sums) / total


def _window_loss(
    parameters: Parameters, activation: str, arrays: dict[str, Any], loss: LossSettings, luminosity: float
) -> Any:
    import jax
    import jax.numpy as jnp

    def one(features: Any, weight: Any) -> Any:
        weighted = weight * jax.nn.sigmoid(_logits(parameters, activation, features))
        return jnp.stack([jnp.sum(weighted), jnp.sum(weighted**2)])

    sums = _over_blocks(one, arrays["features"], arrays["weight"])
    background = loss.scaling * (arrays["background"] @ sums[:, 0]) + loss.floor
    efficiency = loss.scaling * (arrays["efficiency"] @ sums[:, 0])
    if loss.kind == "punzi":
        needed = _punzi_yield(background, loss)
    else:
        variance = loss.scaling**2 * (arrays["background"] @ sums[:, 1]) + (loss.background_error * background) ** 2
        needed = expected_limit(background, variance, float(quantile(0.5 + loss.level / 2)))
    tiny = 1e-30  # an efficiency of 0 in single precision gives a large loss, no NaN
    if loss.average == "mean":
        return jnp.mean(needed / (efficiency + tiny)) / luminosity
    return jnp.exp(jnp.mean(jnp.log(needed) - jnp.log(efficiency + tiny))) / luminosity


def _punzi_yield(background: Any, loss: LossSettings) -> Any:
    import jax.numpy as jnp

    constant, square = closed_form_terms(loss.significance, loss.power, loss.form)
    root = loss.significance * jnp.sqrt(background)
    return constant + root + loss.power / 2 * jnp.sqrt(square + 4 * root + 4 * background)


def expected_limit(background: Any, variance: Any, z: float) -> Any:
    """The median CLs limit on a yield in the asymptotic formulae (arXiv:1007.1727), differentiable; shape of the background.

    The count is the background itself (Asimov set), of which a Gaussian auxiliary measurement has the given variance. The
    limit is the root of q(s) = z^2: Newton's method finds it, and one more step carries the derivatives.

    Args:
        background: expected events, above 0.
        variance: of the background.
        z: Phi^-1(0.5 + level / 2).
    """
    import jax
    import jax.numpy as jnp

    spread = jnp.sqrt(background + variance)
    fixed = jax.lax.stop_gradient((background, variance))
    signal = jax.lax.stop_gradient(z**2 / 2 + z * spread)
    for _ in range(NEWTON_STEPS):
        ratio, slope = _test_statistic(signal, *fixed)
        signal = signal - (ratio - z**2) / slope
    signal = jax.lax.stop_gradient(signal)
    ratio, slope = _test_statistic(signal, background, variance)
    return signal - (ratio - z**2) / jax.lax.stop_gradient(slope)


def _test_statistic(signal: Any, background: Any, variance: Any) -> tuple[Any, Any]:
    """q(s) for the Asimov set of the background, and dq/ds."""
    import jax.numpy as jnp

    free = background + variance - signal
    root = jnp.sqrt(free**2 + 4 * signal * background)
    # of the best background over the count, without a difference of large numbers
    excess = jnp.where(free > 0, 2 * signal * background / (jnp.abs(free) + root), (root - free) / 2)
    pull = excess / (background + excess)
    ratio = 2 * (excess - background * jnp.log1p(excess / background)) + variance * pull**2
    return ratio, 2 * pull
