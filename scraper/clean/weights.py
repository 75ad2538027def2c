"""The judge's weights as they are stored: rules/model.msgpack, arrays and strings in msgpack.

An npz file of the same arrays takes 12 ms to load, this one 2.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from scraper.clean import packed
from scraper.clean.features import Tables
from scraper.clean.model import Forest, Model, Models
from scraper.clean.names import NameOdds
from scraper.clean.words import WordOdds


class Stored(Struct, frozen=True):
    """One array; `type` is numpy's name of its numbers with their byte order."""

    type: str
    shape: tuple[int, ...]
    data: memoryview


class StoredModel(Struct, frozen=True):
    """One Model: names of elements and of columns stand one a line, beside the arrays."""

    names: str
    columns: str
    arrays: dict[str, Stored]


class StoredModels(Struct, frozen=True):
    """The file: each Model packed by itself, for a page and a text never need both."""

    about: str
    page: memoryview
    text: memoryview


@cache
def shipped(*, is_page: bool) -> Model:
    """The judge of pages, or of plain texts, in the package."""
    stored = _stored(packed.read_file(os.path.join(packed.HERE, "rules", "model.msgpack")))
    return _model(stored.page if is_page else stored.text)


def read(data: bytes) -> Models:
    """Weights as `write` made them."""
    stored = _stored(data)
    return Models(_model(stored.page), _model(stored.text), stored.about)


def _stored(data: bytes) -> StoredModels:
    return msgspec.msgpack.decode(data, type=StoredModels)


def _model(data: memoryview) -> Model:
    stored = msgspec.msgpack.decode(data, type=StoredModel)
    part = {name: _array(array) for name, array in stored.arrays.items()}
    tables = Tables(
        names=NameOdds(zip(_lines(stored.names), part["name_odds"].tolist(), strict=True)),
        words=WordOdds(part["word_hashes"], part["word_odds"].astype(np.float32)),
        kinds=dict(zip(part["kinds"].tolist(), part["kind_odds"].tolist(), strict=True)),
        hits=dict(zip(part["hits"].tolist(), part["hit_odds"].tolist(), strict=True)),
    )
    forest = Forest(
        names=tuple(_lines(stored.columns)),
        column=part["column"].astype(np.int64),
        threshold=part["threshold"],
        nodes=part["nodes"].astype(np.int64),
        masks=part["masks"],
        leaves=part["leaves"],
    )
    return Model(tables, forest)


def _array(stored: Stored) -> NDArray[Any]:
    # Copied, for in the file a number may begin at any byte, and numpy is slow with such.
    return np.frombuffer(stored.data, stored.type).reshape(stored.shape).copy()


def _lines(joined: str) -> list[str]:
    return joined.split("\n") if joined else []


def write(models: Models) -> bytes:
    """Weights as one file."""
    return msgspec.msgpack.encode(StoredModels(models.about, _packed(models.page), _packed(models.text)))


def _packed(model: Model) -> memoryview:
    return memoryview(msgspec.msgpack.encode(_parts(model), order="deterministic"))


def _parts(model: Model) -> StoredModel:
    tables, forest = model.tables, model.forest
    arrays: Mapping[str, NDArray[Any]] = {
        "name_odds": np.array(list(tables.names.values()), np.float16),
        "word_hashes": tables.words.hashes,
        "word_odds": tables.words.odds.astype(np.float16),
        "kinds": np.array(list(tables.kinds), np.int16),
        "kind_odds": np.array(list(tables.kinds.values()), np.float32),
        "hits": np.array(list(tables.hits), np.int16),
        "hit_odds": np.array(list(tables.hits.values()), np.float32),
        "column": forest.column.astype(np.int16),
        "threshold": forest.threshold,
        "nodes": forest.nodes.astype(np.int16),
        "masks": forest.masks,
        "leaves": forest.leaves.astype(np.float32),
    }
    stored = {name: Stored(array.dtype.str, array.shape, memoryview(array.tobytes())) for name, array in arrays.items()}
    return StoredModel("\n".join(tables.names), "\n".join(forest.names), stored)
