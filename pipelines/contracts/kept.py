"""The last good contract of each source, kept beside the warehouse.

A contract that somebody has broken must not take its source's data out of a build: until it is
mended, the build reads what was loaded under the contract that is kept here.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from pipelines.base.errors import ContractError
from pipelines.base.files import write_bytes
from pipelines.contracts.load import CONTRACT_FILE, read_yaml
from pipelines.contracts.model import Contract


def keep_contract(folder: Path, contract: Contract) -> None:
    """Keep a contract under which a source was just taken in; an unchanged one is left alone."""
    source: Path = contract.folder / CONTRACT_FILE
    kept = _get_path(folder, contract.source_id)
    content = source.read_bytes()
    if not kept.exists() or kept.read_bytes() != content:
        write_bytes(kept, content)


def read_kept_contract(folder: Path, source_id: str, source_folder: Path) -> Contract | None:
    """Return the contract that was kept last for a source; None where there is none."""
    try:
        content = read_yaml(_get_path(folder, source_id))
        if not isinstance(content, dict):
            return None
        return Contract.model_validate(content | {"folder": source_folder})
    except (ContractError, ValidationError):
        return None


def _get_path(folder: Path, source_id: str) -> Path:
    return folder / f"{source_id}.yml"
