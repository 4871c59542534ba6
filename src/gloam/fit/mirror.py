"""The same fits with the sign of the signal yield turned around."""

from __future__ import annotations

import dataclasses

from gloam.fit.effects import SIGNAL, Effect, Effects
from gloam.fit.problem import Problem

__all__ = ["mirrored"]


def mirrored(problem: Problem) -> Problem:
    """The fits in which the yield -s has the expectation that s has in these: what is below becomes what is above."""
    effects = None if problem.effects is None else _mirrored_effects(problem.effects)
    constraint = problem.constraint
    if constraint is not None and constraint.cross is not None:
        constraint = dataclasses.replace(constraint, cross=-constraint.cross)
    return dataclasses.replace(problem, signal=-problem.signal, effects=effects, constraint=constraint)


def _mirrored_effects(effects: Effects) -> Effects:
    templates = {column: -t if column == SIGNAL else t for column, t in effects.templates.items()}
    return dataclasses.replace(effects, effects=tuple(map(_mirrored, effects.effects)), templates=templates)


def _mirrored(effect: Effect) -> Effect:
    """A morph adds to the template and turns with it; a factor multiplies it and stays."""
    if effect.column != SIGNAL or effect.is_factor:
        return effect
    below = None if effect.change_below is None else -effect.change_below
    return dataclasses.replace(effect, change=-effect.change, change_below=below)
