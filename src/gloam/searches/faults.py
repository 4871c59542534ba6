"""Declarations that are checked as a whole: all faults of all parts at once, each with its path."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from gloam.errors import InputError, collected_refusals

__all__ = ["Declaration", "Fault", "check", "collected_faults", "faults_in_words"]

Path: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Path, str]
"""Where, from the declaration that holds it, and what."""

Checking: TypeAlias = Callable[[Any], Iterator[Fault]]
F = TypeVar("F", bound=Checking)

_INCOMPLETE = (AttributeError, TypeError, KeyError, IndexError, StopIteration, RuntimeError, ValueError)
"""What a check meets that needs a part which has a fault itself."""

_Unfinished: TypeAlias = dict[int, tuple["Declaration", dict[str, Any]]]

_UNFINISHED: ContextVar[_Unfinished | None] = ContextVar("declarations with faults", default=None)
"""Where faults are collected, the declarations that have some, with their content; None where a fault is raised."""

_INSIDE: ContextVar[bool] = ContextVar("inside another declaration", default=False)
"""Whether a declaration is made of the content of another one, which then reports its faults."""


def check(method: F) -> F:
    """The method of a declaration, marked as one that yields what does not fit together."""
    method.is_check = True  # type: ignore[attr-defined]
    return method


class Declaration(BaseModel):
    """What declarations have in common: frozen, an unknown field is a fault, and faults are reported together.

    Methods marked by `check` yield what of the parts does not fit together. They also run where some parts have faults,
    as far as these allow.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    checks: ClassVar[tuple[Checking, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **more: Any) -> None:
        super().__pydantic_init_subclass__(**more)
        found = (getattr(cls, name) for name in sorted(dir(cls)) if name.startswith("_"))
        cls.checks = tuple(each for each in found if getattr(each, "is_check", False))

    if not TYPE_CHECKING:  # type checkers know the fields of each class

        def __init__(self, **data: Any) -> None:
            try:
                super().__init__(**data)
            except ValidationError:
                unfinished = _UNFINISHED.get()
                if unfinished is None or _INSIDE.get():
                    raise
                unfinished[id(self)] = (self, data)  # checked again in its place, which gives the path

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, value: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        data = _content(value) if isinstance(value, cls) else value
        faults: list[InitErrorDetails] = []
        made: Any
        token = _INSIDE.set(True)
        try:
            made = validated(data)
        except ValidationError as found:
            faults = list(_details(found))
            made = _partial(cls, data, {str(each["loc"][0]) for each in found.errors() if each["loc"]})
        finally:
            _INSIDE.reset(token)
        if made is value:  # checked when it was made
            return cast("Self", made)
        for checking in cls.checks:
            faults += [_detail(path, words, "declaration") for path, words in _found(checking, made, bool(faults))]
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return cast("Self", made)


def _found(checking: Checking, made: Any, is_partial: bool) -> list[Fault]:
    found: list[Fault] = []
    with suppress(*_INCOMPLETE if is_partial else ()):
        found.extend(checking(made))
    return found


def _details(found: ValidationError) -> Iterator[InitErrorDetails]:
    """The faults without what pydantic says of the other kinds that an entry might be."""
    listed = [
        (tuple(part for part in each["loc"] if not str(part).startswith("function-")), each) for each in found.errors()
    ]
    told = {path[:length] for path, each in listed if each["type"] != "model_type" for length in range(len(path) + 1)}
    for path, each in listed:
        if each["type"] != "model_type" or path not in told:
            yield _detail(path, each["msg"], each["type"])


def _detail(path: Path, words: str, kind: str) -> InitErrorDetails:
    text: Any = words.replace("{", "(").replace("}", ")")  # braces would be places to fill in
    return InitErrorDetails(type=PydanticCustomError(kind, text), loc=path, input=None)


def _content(value: Any) -> Any:
    """The arguments of an unfinished declaration; anything else as it is."""
    unfinished = _UNFINISHED.get() or {}
    return unfinished[id(value)][1] if id(value) in unfinished else value


def _partial(cls: type[BaseModel], data: Any, bad: set[str]) -> Any:
    """What there is of a declaration: its fields without those that have faults, or the sound entries of these."""
    if not isinstance(data, Mapping):
        return None
    usual = {name: field.default for name, field in cls.model_fields.items() if not field.is_required()}
    made = SimpleNamespace(**(usual | {str(name): _loose(value) for name, value in data.items()}))
    for name in bad:
        if not isinstance(data.get(name), tuple | list):
            made.__dict__.pop(name, None)
    return made


def _loose(value: Any) -> Any:
    """A value with attributes, whether or not it is checked."""
    value = _content(value)
    if isinstance(value, tuple | list):
        return tuple(map(_loose, value))
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return SimpleNamespace(**{key: _loose(item) for key, item in value.items()})
    return value


@contextmanager
def collected_faults() -> Iterator[Callable[[Any], list[Fault]]]:
    """Inside, declarations with faults do not stop the module that makes them.

    Yields:
        A function that gives all faults that were met, with the path from one declared value to each; those of values
        that are no part of it begin with the name of their class.
    """
    unfinished: _Unfinished = {}
    token = _UNFINISHED.set(unfinished)
    try:
        with collected_refusals() as refused:
            yield lambda declared: _listed(declared, unfinished, refused)
    finally:
        _UNFINISHED.reset(token)


def _listed(declared: Any, unfinished: _Unfinished, refused: list[tuple[object, InputError]]) -> list[Fault]:
    places: dict[int, Path] = {}
    for path, value in _walk(declared, ()):
        places.setdefault(id(value), path)
    found: list[Fault] = [(places.get(id(value), (type(value).__name__,)), str(fault)) for value, fault in refused]
    for root, data in unfinished.values():
        if id(root) in places and root is not declared:
            continue  # a part of another one, which reports its faults
        before: Path = () if root is declared else (type(root).__name__,)
        try:
            type(root).model_validate(data)
        except ValidationError as faults:
            found += [((*before, *each["loc"]), each["msg"]) for each in faults.errors()]
    return list(dict.fromkeys(found))


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every value that is declared, with the path that leads to it."""
    yield path, value
    for name, part in _parts(_content(value)):
        yield from _walk(part, (*path, name))


def _parts(content: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(content, Mapping):
        return content.items()
    if isinstance(content, tuple | list):
        return enumerate(content)
    if isinstance(content, BaseModel):
        return [(name, getattr(content, name)) for name in type(content).model_fields]
    if dataclasses.is_dataclass(content) and not isinstance(content, type):
        return [(field.name, getattr(content, field.name)) for field in dataclasses.fields(content)]
    return ()


def faults_in_words(faults: Iterable[Fault]) -> str:
    """All faults in one line, each with its path.

    Example:
        >>> faults_in_words([(("channels", 0, "range"), "the lower end first"), ((), "no channels")])
        'channels.0.range: the lower end first; the declaration: no channels'
    """
    return "; ".join(f"{'.'.join(map(str, path)) or 'the declaration'}: {words}" for path, words in faults)
