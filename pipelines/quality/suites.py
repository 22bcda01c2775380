"""Suites of expectations: from contracts for raw tables, from files for marts and across tables.

A suite reads one relation: a raw table, a mart, or the result of a query that DuckDB computes. Its
items take one of three forms: a Great Expectations class with arguments (`expectation`), a
condition that no row may meet (`forbidden`), or one that must hold for the relation as a whole
(`holds`). The last two are counted by DuckDB, so that no table has to be read into memory for
them. What follows from the names of columns alone is in `conventions.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.base.errors import ContractError
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.load import describe_validation_error, read_yaml
from pipelines.contracts.model import Contract, Table
from pipelines.contracts.staging import get_raw_name
from pipelines.ingest.ingest import SourceLoads


class Expectation(BaseModel):
    """One expectation: how it is tested, its severity, and what it demands in words.

    `shows` is an aggregate that is reported beside a `holds` item, passed or not. Before the day
    `applies_from` too little was known for the demand, so builds as of earlier days do not make it.
    What a demand says of today's registers may not hold for what was known on an earlier day:
    `on_earlier_days` says how grave that is there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    expectation: str | None = None
    kwargs: dict[str, Any] = Field(default_factory=dict)
    forbidden: str | None = None
    holds: str | None = None
    shows: str | None = None
    applies_from: date | None = None
    severity: Literal["error", "warning"] = "error"
    on_earlier_days: Literal["error", "warning"] = "error"
    message: str = Field(min_length=10)

    @model_validator(mode="after")
    def _has_one_form(self) -> Expectation:
        forms = [self.expectation, self.forbidden, self.holds]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("give one of expectation, forbidden and holds")
        if self.kwargs and self.expectation is None:
            raise ValueError("kwargs go with expectation")
        if self.shows and self.holds is None:
            raise ValueError("shows goes with holds")
        return self

    @property
    def is_counted(self) -> bool:
        """Whether DuckDB counts the violations."""
        return self.expectation is None


class Suite(BaseModel):
    """Expectations of one relation; `table` names what the results are filed under.

    A suite that `compares_releases` may read the temporary tables of `drift.py`; without an earlier
    release it has nothing to compare and passes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    suite: str
    table: str
    query: str | None = None
    compares_releases: bool = False
    expectations: list[Expectation] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Suite:
        names = [item.name for item in self.expectations]
        if len(set(names)) != len(names):
            raise ValueError("two expectations share a name")
        return self

    @property
    def relation(self) -> str:
        """SQL of the relation that the suite reads, to stand after `from`."""
        return f"({self.query.strip().rstrip(';')})" if self.query else self.table


def load_suites(folder: Path) -> list[Suite]:
    """Read all suites under `expectations/`.

    A file holds one suite, or a list of them.

    Raises:
        ContractError: a file is malformed, or two suites share a name; names file and field.
    """
    suites: list[Suite] = []
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("**/*.yml")):
        content = read_yaml(path)
        for entry in content if isinstance(content, list) else [content]:
            try:
                suite = Suite.model_validate(entry)
            except ValidationError as error:
                raise ContractError(describe_validation_error(path, error)) from error
            if suite.suite in seen:
                raise ContractError(
                    f"{path}: suite {suite.suite!r} stands in {seen[suite.suite].name} already; "
                    "give it another name"
                )
            seen[suite.suite] = path
            suites.append(suite)
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
    name = get_raw_name(contract, table)
    columns = ", ".join(quote_text(column) for column in table.columns)
    items = [
        Expectation(
            name="has_rows",
            holds=f"count(*) >= {table.min_rows}",
            shows="count(*)",
            message=f"at least {table.min_rows} rows",
        ),
        Expectation(
            name="columns_match_contract",
            holds=f"(select count(*) from duckdb_columns() where schema_name = 'raw' and "
            f"table_name = {quote_text(name)} and column_name in ({columns})) = "
            f"{len(table.columns)}",
            message="every column of the contract is there",
        ),
    ]
    if table.document_mode == "snapshot":
        document = ["document_name", "document_sha256", "document_origin", "document_on"]
        key = ", ".join(quote_name(column) for column in [*document, *table.key])
        items.append(
            Expectation(
                name="key_is_unique",
                holds=f"count(*) = count(distinct ({key}))",
                message=f"one row per {', '.join(table.key)} in each document",
            )
        )
    for column_name, column in table.columns.items():
        quoted = quote_name(column_name)
        if column.required:
            items.append(
                Expectation(
                    name=f"{column_name}_is_filled",
                    forbidden=f"{quoted} is null",
                    message=f"{column_name} is never empty",
                )
            )
        if column.values is not None and column.type == "VARCHAR":
            values = ", ".join(quote_text(value) for value in column.values)
            forbidden = f"{quoted} not in ({values})"
            if column.separator is not None:
                parts = f"string_split({quoted}, {quote_text(column.separator)})"
                forbidden = f"not list_has_all([{values}], {parts})"
            items.append(
                Expectation(
                    name=f"{column_name}_in_vocabulary",
                    forbidden=forbidden,
                    message=f"{column_name} is one of {', '.join(column.values)}",
                )
            )
        bounds = [
            f"{quoted} {sign} {bound}"
            for sign, bound in (("<", column.min), (">", column.max))
            if bound is not None
        ]
        if bounds:
            items.append(
                Expectation(
                    name=f"{column_name}_within_bounds",
                    forbidden=" or ".join(bounds),
                    message=f"{column_name} lies between {column.min} and {column.max} "
                    f"{column.unit}",
                )
            )
    return Suite(suite=f"raw_{name}", table=f"raw.{name}", expectations=items)
