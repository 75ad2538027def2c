"""Parquet, with the record's own shape as its schema: lists, structs and maps. Needs the extra `parquet`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from scraper.errors import UsageError
from scraper.export.articles import Articles
from scraper.export.shape import Fields, Many, Mapping, Type, columns, row

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2000
"""Articles in a row group: about 10 MB of text, which is in memory at once."""


Shape = tuple[tuple[str, Type], ...]
"""Columns with their types."""


class Table:
    """A Parquet file that is written, a row group at a time; a UsageError where pyarrow is not installed."""

    def __init__(self, out: Any, shape: Shape) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - 40 MB that no other command needs
            import pyarrow.parquet as pq  # noqa: PLC0415 - the same
        except ImportError as error:
            message = "Parquet needs pyarrow, which the extra `parquet` brings: pip install pyarrow, or take jsonl"
            raise UsageError(message, reason="no-pyarrow") from error
        self._make = pa.Table.from_pylist
        self._shape = shape
        self._schema = pa.schema([(name, _arrow(kind, pa)) for name, kind in shape])
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        """Write records, as their lines of JSONL have them, as one row group."""
        group = [{name: _value(kind, values[name]) for name, kind in self._shape} for values in rows]
        self._writer.write_table(self._make(group, schema=self._schema), row_group_size=ROWS)

    def close(self) -> None:
        """Write the end of the file."""
        self._writer.close()


def write(articles: Articles, out: BinaryIO) -> int:
    """Write all articles, 0 for damage of its own; a UsageError that names the extra where pyarrow is not installed."""
    table = Table(out, columns())
    for rows in _groups(articles):
        table.write(rows)
    table.close()
    return 0


def _groups(articles: Articles) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    for record in articles:
        group.append(row(record))
        if len(group) == ROWS:
            yield group
            group = []
    yield group  # an empty one makes a file with a schema and without rows


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
