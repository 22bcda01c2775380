"""Records of JSON, JSON lines and YAML documents: scalars as the text that stands there.

Numbers are not turned into numbers and words not into truth values, so that nothing is read as
something else on the way; a name that stands twice in one mapping is a fault of its record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten
from pipelines.contracts.reading import Reader, split_path
from pipelines.ingest.parsed import RowFault, describe_error

MAX_DEPTH = 200
_YAML_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Mapping(dict):
    """A mapping as it was read; `repeated` are the names that stood there more than once."""

    repeated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Node:
    """A value on the way to a record: what it is, its key in a mapping, and what encloses it.

    A container is a list or mapping whose items are gone through one by one.
    """

    value: object
    key: str | None = None
    outer: Node | None = None
    is_container: bool = False


@dataclass(frozen=True)
class BrokenRecord:
    """A record that could not be read at all, with its text and why."""

    text: str
    reason: str


def read_records(text: str, reader: Reader, label: str) -> Iterator[Node | BrokenRecord]:
    """Yield the records of a document in their order.

    Raises:
        DocumentFault: it is no JSON or YAML, or has no list where the contract says.
    """
    if reader.format == "lines":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield from _read_line(line, number, reader, label)
        return
    value = read_json(text, label) if reader.format == "json" else read_yaml_text(text, label)
    path = reader.records
    if path is None:
        path = "[]"
    yield from _follow(Node(value), split_path(path), path, label)


def _read_line(line: str, number: int, reader: Reader, label: str) -> Iterator[Node | BrokenRecord]:
    try:
        value = _parse_json(line)
    except (ValueError, RecursionError) as error:
        yield BrokenRecord(shorten(line), f"line {number} is no JSON: {describe_error(error)}")
        return
    if reader.records is None:
        yield Node(value)
        return
    try:
        yield from _follow(Node(value), split_path(reader.records), reader.records, label)
    except DocumentFault as fault:
        yield BrokenRecord(shorten(line), f"line {number}: {fault}")


def read_json(text: str, label: str) -> object:
    """Parse JSON; numbers stay texts.

    Raises:
        DocumentFault: the text is no JSON, or nested too deeply.
    """
    try:
        return _parse_json(text)
    except json.JSONDecodeError as error:
        raise DocumentFault(
            f"{label}: found no JSON: {error.msg} at line {error.lineno} column {error.colno}; "
            "expected a JSON document"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DocumentFault(
            f"{label}: found no usable JSON: {describe_error(error)}; expected a JSON document"
        ) from error


def _parse_json(text: str) -> object:
    return json.loads(
        text.removeprefix("\ufeff"),
        parse_float=str,
        parse_int=str,
        parse_constant=str,
        object_pairs_hook=_make_mapping,
    )


def _make_mapping(pairs: list[tuple[str, object]]) -> Mapping:
    made = Mapping(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        made.repeated = frozenset(name for name in names if names.count(name) > 1)
    return made


def read_yaml_text(text: str, label: str) -> object:
    """Parse YAML; every scalar stays the text that stands there, null becomes None.

    Raises:
        DocumentFault: the text is no YAML, or nested too deeply.
    """
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
        return None if root is None else _build(root, 0)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DocumentFault(
            f"{label}: found no usable YAML: {shorten(str(error))}; expected a YAML document"
        ) from error


def _build(node: yaml.Node, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise ValueError("values are nested too deeply, or hold themselves")
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, depth + 1) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _make_mapping(
            [(str(_build(key, depth + 1)), _build(value, depth + 1)) for key, value in node.value]
        )
    is_plain = not getattr(node, "style", None)
    return None if is_plain and node.value in _YAML_NULLS else node.value


def _follow(
    node: Node, steps: list[tuple[str, str]], path: str, label: str
) -> Iterator[Node | BrokenRecord]:
    """Yield what a path leads to, in order."""
    if not steps:
        yield node
        return
    (name, mark), rest = steps[0], steps[1:]
    value = node.value
    if name:
        if not isinstance(value, dict) or name not in value:
            if node.outer is not None and not (isinstance(value, dict) and mark):
                yield BrokenRecord(shorten(value), f"found no {name!r}; expected one ({path})")
                return
            if node.outer is not None:
                return  # an inner list that is left out holds nothing
            raise DocumentFault(
                f"{label}: found no {name!r}; expected records at {path}, "
                f"found {describe_shape(value)}"
            )
        value = value[name]
    if not mark:
        yield from _follow(Node(value, node.key, node.outer), rest, path, label)
        return
    is_list = mark == "[]"
    if not (isinstance(value, list) if is_list else isinstance(value, dict)):
        if value is None and node.outer is not None:
            return
        expected = "a list" if is_list else "a mapping"
        if node.outer is not None:
            yield BrokenRecord(
                shorten(value), f"found {describe_shape(value)}; expected {expected} ({path})"
            )
            return
        raise DocumentFault(
            f"{label}: found {describe_shape(value)}; expected {expected} of records"
            + (f" at {path}" if name else "")
        )
    container = Node(value, node.key, node if name else node.outer, is_container=True)
    items: Iterable[tuple[str | None, object]] = []
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = ((None, item) for item in value)
    for key, item in items:
        inner = Node(item, key if key is not None else node.key, container)
        yield from _follow(inner, rest, path, label)


def describe_shape(value: object) -> str:
    """Return in words what kind of value stands somewhere."""
    if isinstance(value, dict):
        return f"a mapping with {shorten(', '.join(map(str, value)), 200) or 'nothing'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "nothing" if value is None else f"the value {shorten(value, 100)!r}"


def get_value(node: Node, path: str) -> object:
    """Return what stands under a name or dotted path in a record; None where nothing does.

    A path that begins with `^.` looks in what encloses the record, once per `^`.

    Raises:
        RowFault: the record is no mapping, or has the name twice.
    """
    while path.startswith("^."):
        path = path[2:]
        node = find_enclosing(node)
    if path == "@key":
        return node.key
    value = node.value
    if path == "@value":
        return value
    if isinstance(value, dict) and path in value:
        return _take(value, path)
    for name in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise RowFault(f"found {describe_shape(value)}; expected a mapping with {name!r}", None)
        value = _take(value, name) if name in value else None
    return value


def find_enclosing(node: Node) -> Node:
    """Return the mapping that encloses a record, through the list or mapping in between.

    Raises:
        RowFault: nothing encloses it.
    """
    outer = node.outer
    while outer is not None and outer.is_container:
        outer = outer.outer
    if outer is None:
        raise RowFault("found nothing that encloses the record; expected a mapping", None)
    return outer


def _take(value: dict, name: str) -> object:
    if name in getattr(value, "repeated", ()):
        raise RowFault(f"found {name!r} twice in one record; expected it once", None)
    return value[name]
