"""Suites of expectations: from contracts for raw tables, from files for marts and across tables.

A suite reads one relation: a raw table, a mart, or the result of a query that DuckDB computes. A
table above the size limit must be checked through a query, so that nothing is read whole by
accident.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.contracts.load import describe_validation_error, read_yaml
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import get_raw_name
from pipelines.errors import ContractError
from pipelines.ingest.ingest import SourceLoads


class Expectation(BaseModel):
    """One expectation: a Great Expectations class with its arguments, severity and message."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    expectation: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"
    message: str = Field(min_length=10)


class Suite(BaseModel):
    """Expectations of one relation; `table` names what the results are filed under."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str
    table: str
    query: str | None = None
    expectations: list[Expectation] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Suite:
        names = [item.name for item in self.expectations]
        if len(set(names)) != len(names):
            raise ValueError("two expectations share a name")
        return self


def load_suites(folder: Path) -> list[Suite]:
    """Read all suites under `expectations/`.

    Raises:
        ContractError: a file is malformed; names file and field.
    """
    suites = []
    for path in sorted(folder.glob("**/*.yml")):
        try:
            suites.append(Suite.model_validate(read_yaml(path)))
        except ValidationError as error:
            raise ContractError(describe_validation_error(path, error)) from error
    return suites


def write_raw_suites(sources: list[SourceLoads]) -> list[Suite]:
    """Derive the suites of all raw tables from their contracts.

    They look at what was loaded, independently of the checks made while loading. A table that no
    good document fills has no suite.
    """
    return [
        write_raw_suite(loads.contract, table)
        for loads in sources
        for table in loads.contract.tables
        if loads.list_files(table.table)
    ]


def write_raw_suite(contract: Contract, table: Table) -> Suite:
    """Derive the suite of one raw table: columns, rows, key, required cells, values, bounds."""
    items = [
        Expectation(
            name="has_rows",
            expectation="ExpectTableRowCountToBeBetween",
            kwargs={"min_value": table.min_rows},
            message=f"at least {table.min_rows} rows",
        ),
        Expectation(
            name="columns_match_contract",
            expectation="ExpectTableColumnsToMatchSet",
            kwargs={"column_set": list(table.columns), "exact_match": False},
            message="every column of the contract is there",
        ),
    ]
    if table.document_mode == "snapshot":
        key = ["document_sha256", *table.key]
        items.append(
            Expectation(
                name="key_is_unique",
                expectation="ExpectCompoundColumnsToBeUnique",
                kwargs={"column_list": key},
                message=f"one row per {', '.join(table.key)} in each document",
            )
        )
    for name, column in table.columns.items():
        if column.required:
            items.append(
                Expectation(
                    name=f"{name}_is_filled",
                    expectation="ExpectColumnValuesToNotBeNull",
                    kwargs={"column": name},
                    message=f"{name} is never empty",
                )
            )
        if column.values is not None and column.type == "VARCHAR":
            items.append(
                Expectation(
                    name=f"{name}_in_vocabulary",
                    expectation="ExpectColumnValuesToBeInSet",
                    kwargs={"column": name, "value_set": column.values},
                    message=f"{name} is one of {', '.join(column.values)}",
                )
            )
        if column.min is not None or column.max is not None:
            items.append(
                Expectation(
                    name=f"{name}_within_bounds",
                    expectation="ExpectColumnValuesToBeBetween",
                    kwargs={"column": name, "min_value": column.min, "max_value": column.max},
                    message=f"{name} lies between {column.min} and {column.max} {column.unit}",
                )
            )
    relation = f"raw.{get_raw_name(contract, table)}"
    return Suite(suite=f"raw_{get_raw_name(contract, table)}", table=relation, expectations=items)
