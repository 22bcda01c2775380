"""What the dbt project says of its models: descriptions, columns, keys, and what they rest on.

Read from the YAML and SQL files themselves, so that pages can be written without running dbt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.contracts.load import read_yaml
from pipelines.release.content import KEY_TEST

# names in quotes are what ref() is given, directly or through a list
_REFERENCE = re.compile(r"['\"]((?:stg|int|dim|fct|brg)_[a-z0-9_]+)['\"]")
_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\((.*?)endmacro", re.DOTALL)
_CALL = re.compile(r"(\w+)\s*\(")


@dataclass(frozen=True)
class ModelColumn:
    """One described column of a model."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Model:
    """One mart or bridge as its folder describes it."""

    name: str
    area: str
    description: str
    key: tuple[str, ...]
    columns: tuple[ModelColumn, ...]


def read_marts(dbt_dir: Path) -> list[Model]:
    """Return all marts that are described, ordered by name."""
    return _read_layer(dbt_dir, "marts")


def read_bridges(dbt_dir: Path) -> list[Model]:
    """Return all bridges that are described, ordered by name."""
    return _read_layer(dbt_dir, "bridges")


def _read_layer(dbt_dir: Path, layer: str) -> list[Model]:
    root = dbt_dir / "models" / layer
    models = []
    for path in sorted(root.glob("**/_*.yml")):
        content = read_yaml(path)
        for entry in (content or {}).get("models") or []:
            models.append(_read_model(entry, path.parent.name))
    return sorted(models, key=lambda model: model.name)


def _read_model(entry: dict[str, Any], area: str) -> Model:
    columns = tuple(
        ModelColumn(c["name"], c.get("data_type") or "", _tidy(c.get("description")))
        for c in entry.get("columns") or []
    )
    return Model(entry["name"], area, _tidy(entry.get("description")), _find_key(entry), columns)


def _find_key(entry: dict[str, Any]) -> tuple[str, ...]:
    for test in entry.get("data_tests") or []:
        if isinstance(test, dict) and KEY_TEST in test:
            arguments = test[KEY_TEST]
            return tuple((arguments.get("arguments") or arguments)["columns"])
    return ()


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split())


def read_references(dbt_dir: Path) -> dict[str, set[str]]:
    """Return for every model those that its SQL refers to, itself or by a macro."""
    macros = _read_macro_references(dbt_dir)
    references = {}
    for path in sorted((dbt_dir / "models").glob("**/*.sql")):
        text = path.read_text(encoding="utf-8")
        called = [macros[name] for name in _CALL.findall(text) if name in macros]
        references[path.stem] = set(_REFERENCE.findall(text)).union(*called) - {path.stem}
    return references


def _read_macro_references(dbt_dir: Path) -> dict[str, set[str]]:
    texts = {
        name: text
        for path in sorted((dbt_dir / "macros").glob("**/*.sql"))
        for name, text in _MACRO.findall(path.read_text(encoding="utf-8"))
    }
    found = {name: set(_REFERENCE.findall(text)) for name, text in texts.items()}
    # a macro may call others: as many rounds as there are macros reach the longest chain
    for _ in texts:
        for name, text in texts.items():
            found[name] |= set().union(*(found[n] for n in _CALL.findall(text) if n in found))
    return found


def find_staging_ancestors(model: str, references: dict[str, set[str]]) -> list[str]:
    """Return the staging models that a model rests on, through any number of models."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [model]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.startswith("stg_"):
            found.add(name)
        else:
            waiting += references.get(name, set())
    return sorted(found)
