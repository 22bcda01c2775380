"""The last good contract of each source, kept beside the warehouse.

A contract that somebody has broken must not take its source's data out of a build: until it is
mended, the build reads what was loaded under the contract that is kept here.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from pipelines.base.errors import ContractError
from pipelines.base.files import write_bytes
from pipelines.contracts.load import CONTRACT_FILE, ContractFault, discover_contracts, read_yaml
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


def find_contracts(sources_dir: Path, kept_dir: Path) -> tuple[list[Contract], list[ContractFault]]:
    """Return the contracts of all sources, and what is wrong with some.

    A contract that cannot be read takes nothing else along: the last good one stands for it, or
    its tables are left out where there has never been one.

    Args:
        sources_dir: folder with one folder per source.
        kept_dir: folder of the last good contracts.

    Raises:
        ContractError: there is no source whose contract is right.
    """
    contracts, faults = discover_contracts(sources_dir)
    if not contracts:
        raise ContractError("\n".join(fault.message for fault in faults))
    kept = [read_kept_contract(kept_dir, fault.source_id, fault.folder) for fault in faults]
    return [*contracts, *(contract for contract in kept if contract)], faults


def _get_path(folder: Path, source_id: str) -> Path:
    return folder / f"{source_id}.yml"
