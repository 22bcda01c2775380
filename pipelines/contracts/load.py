"""Reading and discovering contracts: every folder under a sources root with a `contract.yml`."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.base.errors import ContractError
from pipelines.contracts.model import Contract

logger = logging.getLogger(__name__)

CONTRACT_FILE = "contract.yml"
# what `draft.py` writes where only a person knows the answer
PLACEHOLDER = "DESCRIBE"


def read_yaml(path: Path) -> Any:
    """Parse one YAML file; what it holds is for the caller to check.

    Raises:
        ContractError: the file is missing or no YAML; names file and line.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError as error:
        raise ContractError(f"{path}: file not found") from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ContractError(f"{path}: not readable as YAML: {error}") from error


def describe_validation_error(path: Path, error: ValidationError) -> str:
    """Turn pydantic's report into lines `file: field: message, found ...`."""
    lines = []
    for item in error.errors():
        field = ".".join(str(part) for part in item["loc"]) or "(whole file)"
        found = item.get("input")
        shown = f", found {found!r}" if isinstance(found, str | int | float | bool) else ""
        lines.append(f"{path}: {field}: {item['msg']}{shown}")
    return "\n".join(lines)


def load_contract(path: Path) -> Contract:
    """Read and validate one `contract.yml`.

    Args:
        path: the file; its folder must carry the name that `source_id` says.

    Raises:
        ContractError: names the file and the field that is wrong, what was found and expected.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise ContractError(f"{path}: (whole file): a mapping is expected")
    unfinished = [
        f"{path}: {field}: found {text!r}, expected your own words"
        for field, text in _find_placeholders(content)
    ]
    if unfinished:
        raise ContractError("\n".join(unfinished))
    try:
        contract = Contract.model_validate(content | {"folder": path.parent})
    except ValidationError as error:
        raise ContractError(describe_validation_error(path, error)) from error
    if contract.source_id != path.parent.name:
        raise ContractError(
            f"{path}: source_id: found {contract.source_id!r}, expected the name of its folder, "
            f"{path.parent.name!r}"
        )
    return contract


def _find_placeholders(content: object, field: str = "") -> Iterator[tuple[str, str]]:
    """Yield the fields that a drafted contract still leaves to be described."""
    if isinstance(content, str) and PLACEHOLDER in content:
        yield field, content
    items: Iterable[tuple[object, object]] = ()
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in items:
        yield from _find_placeholders(value, f"{field}.{name}" if field else str(name))


@dataclass(frozen=True)
class ContractFault:
    """A source that stands aside because its contract is wrong, and what is wrong with it."""

    source_id: str
    folder: Path
    message: str
    is_draft: bool = False


def discover_contracts(sources_dir: Path) -> tuple[list[Contract], list[ContractFault]]:
    """Find all sources: one contract per folder, ordered by area, then source_id.

    A source whose contract is wrong or not finished stands aside; it troubles no other.

    Returns:
        The contracts that can be used, and those that cannot.

    Raises:
        ContractError: there is no source at all.
    """
    from pipelines.contracts.model import AREAS

    paths = sorted(sources_dir.glob(f"*/{CONTRACT_FILE}"))
    if not paths:
        raise ContractError(f"{sources_dir}: no source found (no */{CONTRACT_FILE})")
    contracts, faults = [], []
    for path in paths:
        try:
            contracts.append(load_contract(path))
        except ContractError as error:
            is_draft = any(PLACEHOLDER in line for line in str(error).splitlines())
            faults.append(ContractFault(path.parent.name, path.parent, str(error), is_draft))
    return sorted(contracts, key=lambda c: (AREAS.index(c.area), c.source_id)), faults


def read_loosely(folder: Path) -> dict[str, dict[str, str]]:
    """Return the tables of a contract that is wrong, with the types of their columns.

    Whatever cannot be made out is left out: an empty table of the columns that can be told keeps
    what is built on it standing, where no good data have ever been loaded.
    """
    from pipelines.contracts.model import COLUMN_TYPES, PROVENANCE

    try:
        content = read_yaml(folder / CONTRACT_FILE)
    except ContractError:
        return {}
    found: dict[str, dict[str, str]] = {}
    tables = content.get("tables") if isinstance(content, dict) else None
    for table in tables if isinstance(tables, list) else []:
        columns = table.get("columns") if isinstance(table, dict) else None
        if not isinstance(columns, dict) or not isinstance(table.get("table"), str):
            continue
        provenance = PROVENANCE if table.get("provenance", True) else {}
        types: dict[str, str] = {name: column.type for name, column in provenance.items()}
        for name, column in columns.items():
            type_ = column.get("type") if isinstance(column, dict) else None
            types[str(name)] = type_ if type_ in COLUMN_TYPES else "VARCHAR"
        found[table["table"]] = types
    return found


def load_contracts(sources_dir: Path) -> list[Contract]:
    """Return the contracts of all sources that can be used, ordered by area, then source_id.

    Raises:
        ContractError: there is no source, or none whose contract is right.
    """
    contracts, faults = discover_contracts(sources_dir)
    for fault in faults:
        logger.warning("source %s stands aside: %s", fault.source_id, fault.message)
    if not contracts:
        raise ContractError("\n".join(fault.message for fault in faults))
    return contracts
