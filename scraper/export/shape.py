"""The record's shape as tables have it: read from the struct, so that a new field is a new column everywhere."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Struct, inspect

from scraper.records import ELSEWHERE
from scraper.types import Record

Scalar = Literal["string", "int64", "float64", "bool"]


class Many(Struct, frozen=True):
    """A list of one type of value."""

    of: Type


class Fields(Struct, frozen=True):
    """An object with known fields, in their order."""

    fields: tuple[tuple[str, Type], ...]


class Mapping(Struct, frozen=True):
    """An object whose keys are data."""

    of: Type


Type = Scalar | Many | Fields | Mapping

_SCALARS: tuple[tuple[type[inspect.Type], Scalar], ...] = (
    (inspect.StrType, "string"),
    (inspect.EnumType, "string"),
    (inspect.BoolType, "bool"),
    (inspect.IntType, "int64"),
    (inspect.FloatType, "float64"),
)


def columns() -> tuple[tuple[str, Type], ...]:
    """The record's fields but those ELSEWHERE, as its line of JSONL has them."""
    return tuple((name, kind) for name, kind in shape_of(Record).fields if name not in ELSEWHERE)


def shape_of(struct: type[Struct]) -> Fields:
    """A struct's fields with their types; what may be null is not told apart, since any column may."""
    info = inspect.type_info(struct)
    if not isinstance(info, inspect.StructType):
        raise TypeError(struct)
    return Fields(tuple((field.encode_name, _shape(field.type)) for field in info.fields))


def row(record: Record) -> dict[str, Any]:
    """A record as its line of JSONL has it: plain values, keys of mappings sorted."""
    fields: dict[str, Any] = msgspec.to_builtins(record, order="deterministic")
    for name in ELSEWHERE:
        del fields[name]
    return fields


def _shape(kind: inspect.Type) -> Type:
    if isinstance(kind, inspect.UnionType):
        [kind] = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
    for known, scalar in _SCALARS:
        if isinstance(kind, known):
            return scalar
    if isinstance(kind, inspect.StructType):
        return shape_of(kind.cls)
    if isinstance(kind, inspect.VarTupleType):
        return Many(_shape(kind.item_type))
    if isinstance(kind, inspect.DictType):
        return Mapping(_shape(kind.value_type))
    raise TypeError(f"no column for {kind}")
