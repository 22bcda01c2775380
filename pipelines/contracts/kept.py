"""The last good contract of each source, kept beside the warehouse.

A contract that somebody has broken must not take its source's data out of a build: until it is
mended, the build reads what was loaded under the contract that is kept here.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from pipelines.base.files import write_json
from pipelines.contracts.model import Contract


def keep_contract(folder: Path, contract: Contract) -> None:
    """Keep a contract under which a source was just taken in; unchanged ones are left alone."""
    path = folder / f"{contract.source_id}.json"
    content = {"contract": contract.model_dump(mode="json", exclude={"folder"})}
    text = json.dumps(content, sort_keys=True)
    if not path.exists() or json.dumps(_read(path), sort_keys=True) != text:
        write_json(path, content)


def read_kept_contract(folder: Path, source_id: str, source_folder: Path) -> Contract | None:
    """Return the contract that was kept last for a source; None where there is none."""
    content = _read(folder / f"{source_id}.json")
    try:
        return Contract.model_validate(content["contract"] | {"folder": source_folder})
    except (KeyError, TypeError, ValidationError):
        return None


def _read(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
