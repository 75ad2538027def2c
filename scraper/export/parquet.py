"""Parquet, with the record's own shape as its schema: lists, structs and maps. Needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from scraper.errors import UsageError
from scraper.export.articles import Articles
from scraper.export.shape import Fields, Many, Mapping, Type, columns, row

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2000
"""Articles in a row group: about 10 MB of text, which is in memory at once."""


def write(articles: Articles, out: BinaryIO) -> int:
    """Write all articles, 0 for damage of its own; a UsageError that names the extra where pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - 40 MB that no other command needs
        import pyarrow.parquet as pq  # noqa: PLC0415 - the same
    except ImportError as error:
        message = "--format parquet needs pyarrow, which the extra `parquet` brings: pip install pyarrow, or take jsonl"
        raise UsageError(message, reason="no-pyarrow") from error
    schema = pa.schema([(name, _arrow(kind, pa)) for name, kind in columns()])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _groups(articles):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=ROWS)
    return 0


def _groups(articles: Articles) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for record in articles:
        group.append(
            {name: _value(kind, value) for (name, kind), value in zip(_SHAPE, row(record).values(), strict=True)}
        )
        if len(group) == ROWS:
            yield group
            group = []
    yield group  # an empty one makes a file with a schema and without rows


_SHAPE = columns()


def _value(kind: Type, value: Any) -> Any:
    """A mapping as the pairs that Arrow takes; the others as they are."""
    return list(value.items()) if isinstance(kind, Mapping) and value is not None else value


def _arrow(kind: Type, pa: Any) -> pa.DataType:
    if isinstance(kind, Many):
        return pa.list_(_arrow(kind.of, pa))
    if isinstance(kind, Mapping):
        return pa.map_(pa.string(), _arrow(kind.of, pa))
    if isinstance(kind, Fields):
        return pa.struct([(name, _arrow(field, pa)) for name, field in kind.fields])
    return {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}[kind]
