"""Reading and discovering contracts: every folder under a sources root with a `contract.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.base.errors import ContractError
from pipelines.contracts.model import Contract

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
    except (yaml.YAMLError, UnicodeDecodeError) as error:
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
        contract = Contract(**content, folder=path.parent)
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


def load_contracts(sources_dir: Path) -> list[Contract]:
    """Discover all sources: one contract per folder, ordered by area, then source_id.

    Raises:
        ContractError: a contract is invalid, or there is no source at all.
    """
    from pipelines.contracts.model import AREAS

    paths = sorted(sources_dir.glob(f"*/{CONTRACT_FILE}"))
    if not paths:
        raise ContractError(f"{sources_dir}: no source found (no */{CONTRACT_FILE})")
    contracts = [load_contract(path) for path in paths]
    return sorted(contracts, key=lambda c: (AREAS.index(c.area), c.source_id))
