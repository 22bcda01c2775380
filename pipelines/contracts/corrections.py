"""Corrections of known upstream errors: each with its reason and a day of reckoning.

A correction states the value it expects to find. Once upstream shows something else the document
is refused (`CorrectionExpired`), so that nobody corrects what has been mended already.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from pipelines.base.errors import ContractError
from pipelines.contracts.load import describe_validation_error, read_yaml
from pipelines.contracts.model import Contract, _Strict

CORRECTIONS_FILE = "corrections.yml"


class Correction(_Strict):
    """One known error of one field of one row (or the whole row, with `leave_out`).

    `where` locates the row by its key, as text, or several rows that share the error by other
    columns; `expect_rows` says how many. `expect` is the raw text that upstream shows today (null
    for an empty cell). `action` replaces it by `value`, blanks it, or leaves the row out.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    table: str
    where: dict[str, str] = Field(min_length=1)
    expect_rows: int = Field(default=1, ge=1)
    field: str
    expect: str | None
    action: Literal["replace", "blank", "leave_out"]
    value: str | None = None
    reason: str = Field(min_length=10)
    provider: str
    status: Literal["reported", "not_reported", "own_table"]
    evidence: str | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Correction:
        if (self.action == "replace") != (self.value is not None):
            raise ValueError("value goes with action 'replace', and only with it")
        return self


class _CorrectionFile(_Strict):
    corrections: list[Correction]


def load_corrections(contract: Contract) -> list[Correction]:
    """Read a source's `corrections.yml`; an absent file means that nothing is corrected.

    Raises:
        ContractError: unknown table or column, or a malformed entry; names file and field.
    """
    path: Path = contract.folder / CORRECTIONS_FILE
    if not path.exists():
        return []
    try:
        parsed = _CorrectionFile.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ContractError(describe_validation_error(path, error)) from error
    known = {table.table: set(table.columns) for table in contract.tables}
    for index, item in enumerate(parsed.corrections):
        for name in [item.field, *item.where]:
            if name not in known.get(item.table, set()):
                raise ContractError(
                    f"{path}: corrections.{index} ({item.id}): found column {item.table}.{name}, "
                    f"expected a column of a table of contract {contract.source_id}"
                )
    identifiers = [item.id for item in parsed.corrections]
    if len(set(identifiers)) != len(identifiers):
        raise ContractError(f"{path}: corrections: two entries share an id")
    return parsed.corrections
