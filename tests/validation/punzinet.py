"""The public reference of the Punzi loss (github.com/feichtip/punzinet) again: sparse matrices, gradients by hand.

Written from its formulas, in NumPy and SciPy, double precision: nothing in it comes from gloam.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import sparse

DATA = Path(__file__).parent / "data"


def published_parameters(name: str) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of the networks 4-8-4-1 that the repository publishes: "bce" or "punzi"."""
    stored = json.loads((DATA / f"punzinet_{name}_net.json").read_text())
    return [(np.array(stored[f"fc{n}.weight"]), np.array(stored[f"fc{n}.bias"])) for n in (1, 2, 3)]


def outputs(parameters, x):
    """The outputs y and the hidden layers of a network with tanh, tanh, sigmoid."""
    (w1, b1), (w2, b2), (w3, b3) = parameters
    h1 = np.tanh(x @ w1.T + b1)
    h2 = np.tanh(h1 @ w2.T + b2)
    return 1 / (1 + np.exp(-(h2 @ w3.T + b3)[:, 0])), h1, h2


@dataclass
class Reference:
    """Events x (n, 4) with weights, sparse membership of windows, and what the loss is made of."""

    x: np.ndarray
    signal: sparse.csr_matrix  # (masses, n): 1 where a signal event lies in the window of its own mass
    background: sparse.csr_matrix  # (masses, n): the weight of a background event in each of its windows
    generated: float
    luminosity: float
    scaling: float = 1.0
    a: float = 3.0
    b: float = 1.28155

    def loss_and_gradient(self, parameters):
        y, h1, h2 = outputs(parameters, self.x)
        a, b = self.a, self.b
        efficiency = self.scaling * (self.signal @ y) / self.generated
        expected = self.scaling * (self.background @ y)
        root = np.sqrt(b**2 + 4 * a * np.sqrt(expected) + 4 * expected)
        smallest = a**2 / 8 + 9 * b**2 / 13 + a * np.sqrt(expected) + b / 2 * root
        loss = np.mean(smallest / (efficiency * self.luminosity))

        slope = a / (2 * np.sqrt(expected)) + b / (2 * root) * (a / np.sqrt(expected) + 2)
        per_mass = 1 / (len(efficiency) * self.luminosity)
        dy = self.scaling * (self.background.T @ (per_mass * slope / efficiency))
        dy -= self.scaling / self.generated * (self.signal.T @ (per_mass * smallest / efficiency**2))

        (_, _), (w2, _), (w3, _) = parameters
        d3 = (dy * y * (1 - y))[:, None]
        d2 = d3 @ w3 * (1 - h2**2)
        d1 = d2 @ w2 * (1 - h1**2)
        pairs = ((d1, self.x), (d2, h1), (d3, h2))
        return loss, [(delta.T @ inputs, delta.sum(axis=0)) for delta, inputs in pairs]


def train(reference, parameters, steps, rate=0.05, factor=0.5, patience=20, threshold=1e-4):
    """The losses before each step of full-batch gradient descent, whose rate falls when the loss stops to fall."""
    best, bad, losses = np.inf, 0, []
    for _ in range(steps):
        loss, gradient = reference.loss_and_gradient(parameters)
        parameters = [(w - rate * dw, b - rate * db) for (w, b), (dw, db) in zip(parameters, gradient, strict=True)]
        losses.append(loss)
        best, bad = (loss, 0) if loss < best * (1 - threshold) else (best, bad + 1)
        if bad > patience:
            rate, bad = rate * factor, 0
    return np.array(losses), parameters


def reference_of(table, mass, sigma, generated, luminosity, half_width=2.0, scaling=1.0) -> Reference:
    """The sparse matrices of a training table, one window after the other."""
    signal_rows, background_rows = [], []
    for m, s in zip(mass, sigma, strict=True):
        inside = np.abs(table.recoil_mass2 - m**2) < half_width * s
        own = table.is_signal & (np.abs(table.mass_generated - m) < 1e-9)
        signal_rows.append(sparse.csr_matrix((inside & own).astype(float)))
        background_rows.append(sparse.csr_matrix(np.where(inside & ~table.is_signal, table.weight, 0.0)))
    return Reference(
        table.features.astype(float), sparse.vstack(signal_rows).tocsr(), sparse.vstack(background_rows).tocsr(),
        generated, luminosity, scaling,
    )  # fmt: skip
