"""The typed contract of one source: what `contract.yml` may say, and nothing else.

A fact about a source is stated once, here; raw checks, dbt sources, staging models, freshness,
dictionary pages and Dagster metadata are derived from it. Reading files belongs in `load.py`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.contracts.governing import (
    GovernedBy,
    RowRule,
    list_scope_rules,
    write_reason,
    write_rule,
)

# In the order in which areas build on each other: a model reads its own area and those before it.
Area = Literal[
    "inputs",
    "reference",
    "policy",
    "shipments",
    "datacenters",
    "supply",
    "demand",
    "balance",
    "prices",
    "tightness",
    "claims",
    "upkeep",
]
AREAS: tuple[str, ...] = get_args(Area)
ColumnType = Literal["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "DATE", "TIMESTAMP"]
DocumentMode = Literal["snapshot", "revision", "append", "history"]
# What a value may have to resolve to. The lists come from tables that say `provides`.
Entity = Literal["chip", "organisation", "country", "policy", "scenario", "parameter"]

_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
MAX_CELL_LENGTH = 4000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Publisher(_Strict):
    """Who publishes (part of) a source, and on what terms its figures may be shown."""

    name: str
    licence: str
    attribution: str
    redistribution: Literal["allowed", "facts_only", "unknown"]
    address: str | None = None
    note: str | None = None


class Address(_Strict):
    """Where a connector fetches one document when live fetching is asked for."""

    document: str
    url: str
    media: Literal["csv", "json", "zip", "yaml"] = "csv"


class Column(_Strict):
    """One column of a raw table and the checks that each of its cells must pass."""

    type: ColumnType
    description: str = Field(min_length=3)
    unit: str | None = None
    required: bool = False
    rename: str | None = None
    values: list[str] | None = None
    min: float | None = None
    max: float | None = None
    pattern: str | None = None
    max_length: int = MAX_CELL_LENGTH
    not_future: bool = False
    references: Entity | None = None
    separator: str | None = None
    format: str | None = None

    @field_validator("rename")
    @classmethod
    def _is_name(cls, value: str | None) -> str | None:
        if value is not None and not _NAME.match(value):
            raise ValueError("must be snake_case")
        return value

    @model_validator(mode="after")
    def _is_coherent(self) -> Column:
        numeric = self.type in ("DOUBLE", "BIGINT")
        if numeric and not self.unit:
            raise ValueError("a number needs a unit (use 'count', 'ratio', 'share' ... )")
        if not numeric and (self.min is not None or self.max is not None):
            raise ValueError("min and max are for DOUBLE and BIGINT")
        if self.not_future and self.type != "DATE":
            raise ValueError("not_future is for DATE")
        if self.format and self.type not in ("DATE", "TIMESTAMP"):
            raise ValueError("format is for DATE and TIMESTAMP")
        if self.pattern:
            re.compile(self.pattern)
        return self


class RowCheck(_Strict):
    """A rule over several columns of one row; a row for which it is false is quarantined.

    `{expression}` in the reason stands for a value of the row.
    """

    name: str
    rule: str
    field: str
    reason: str


class KnownWith(_Strict):
    """Rows become known with another row: `column` of `table` of the same source, by `key`."""

    table: str
    key: str
    column: str


PROVENANCE: dict[str, Column] = {
    "source_publisher": Column(
        type="VARCHAR", required=True, description="Publisher of the figure, as cited."
    ),
    "source_title": Column(
        type="VARCHAR", required=True, description="Title of the cited document."
    ),
    "source_url": Column(
        type="VARCHAR",
        description="Address of the cited document; null where it has none of its own.",
        pattern=r"^(https?://|urn:)\S+$",
    ),
    "published_on": Column(
        type="DATE",
        not_future=True,
        description="Day on which the public could first know the figure; null if not established.",
    ),
    "accessed_on": Column(
        type="DATE",
        required=True,
        not_future=True,
        description="Day on which the citation was read.",
    ),
    "confidence": Column(
        type="VARCHAR",
        required=True,
        values=["reported", "estimated", "modelled", "inferred"],
        description="How the figure came about: reported, estimated, modelled or inferred.",
    ),
    "note": Column(type="VARCHAR", description="Remark on the row; null where there is none."),
}


class Table(_Strict):
    """One raw table of a source: grain, key, columns, and how documents make up its rows.

    `area` is for the rare table that an area before the source's own builds on.
    """

    table: str
    area: Area | None = None
    description: str = Field(pattern=r"^One row per ")
    key: list[str] = Field(min_length=1)
    document_mode: DocumentMode = "snapshot"
    file: str | None = None
    provenance: bool = True
    known_on: str | KnownWith = "coalesce(published_on, accessed_on)"
    verified_when: str = "true"
    provides: dict[Entity, str] = Field(default_factory=dict)
    columns: dict[str, Column]
    checks: list[RowCheck] = Field(default_factory=list)
    governed_by: GovernedBy | None = None
    min_rows: int = 1
    usage_warnings: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _add_provenance(self) -> Table:
        if self.provenance:
            repeated = set(self.columns) & set(PROVENANCE)
            if repeated - {"published_on", "accessed_on", "note", "source_url"}:
                raise ValueError(f"provenance columns are added by themselves: {sorted(repeated)}")
            own = {name: column for name, column in self.columns.items() if name not in PROVENANCE}
            tail = {name: self.columns.get(name, column) for name, column in PROVENANCE.items()}
            object.__setattr__(self, "columns", own | tail)
        for name in self.columns:
            if not _NAME.match(name):
                raise ValueError(f"column {name!r} must be snake_case")
        governed = [self.governed_by.key, *self.governed_by.columns] if self.governed_by else []
        named = [*self.key, *self.provides.values(), *(c.field for c in self.checks), *governed]
        for name in named:
            if name not in self.columns:
                raise ValueError(
                    f"key, provides, checks and governed_by name a column that is missing: {name}"
                )
        return self

    @property
    def rules(self) -> list[RowRule]:
        """All conditions that a whole row must meet: the checks, and what a governing row asks."""
        other = self.governed_by
        own = [
            RowRule(c.name, c.field, write_rule(c.rule, other), write_reason(c.reason, other))
            for c in self.checks
        ]
        return own + (list_scope_rules(other) if other else [])

    @property
    def file_name(self) -> str:
        """Name of the embedded file in the source's `data` folder."""
        return self.file or f"{self.table}.csv"


class Contract(_Strict):
    """Everything that is promised about one source; the parsed `contract.yml`."""

    source_id: str
    title: str
    area: Area
    kind: Literal["registry", "connector"]
    description: str
    cadence: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "irregular"]
    fresh_for_days: int = Field(gt=0)
    embedded_on: date
    publishers: list[Publisher] = Field(min_length=1)
    addresses: list[Address] = Field(default_factory=list)
    usage_warnings: list[str] = Field(default_factory=list)
    max_rejected_share: float = Field(default=0.02, ge=0, le=1)
    contract_version: str = Field(default="1.0", pattern=r"^\d+\.\d+$")
    tables: list[Table] = Field(min_length=1)
    folder: Path = Field(exclude=True)

    @model_validator(mode="after")
    def _is_coherent(self) -> Contract:
        if not _NAME.match(self.source_id):
            raise ValueError("source_id must be snake_case")
        names = [table.table for table in self.tables]
        if len(set(names)) != len(names):
            raise ValueError("two tables share a name")
        for table in self.tables:
            if isinstance(table.known_on, KnownWith) and table.known_on.table not in names:
                raise ValueError(f"known_on of {table.table} names no table of this source")
            _check_governing(table, self.tables[: names.index(table.table)])
        if self.kind == "registry" and self.addresses:
            raise ValueError("a registry is kept by people and has no addresses to fetch")
        return self

    def get_area(self, table: Table) -> Area:
        """Return the area of one of the tables: its own, else that of the source."""
        return table.area or self.area

    def get_table(self, name: str) -> Table:
        """Return the table of that name; raises KeyError if the contract has none."""
        for table in self.tables:
            if table.table == name:
                return table
        raise KeyError(f"{self.source_id} has no table {name}")


def _check_governing(table: Table, before: list[Table]) -> None:
    """Refuse a governing table that comes later, or lacks the columns by which it governs."""
    if table.governed_by is None:
        return
    other = table.governed_by
    found = next((t for t in before if t.table == other.table), None)
    if found is None:
        raise ValueError(f"governed_by of {table.table} names no earlier table: {other.table}")
    if found.key != [other.key]:
        raise ValueError(f"governed_by of {table.table}: {other.key} is no key of {other.table}")
    for name in (other.required, other.optional):
        if name not in found.columns:
            raise ValueError(f"governed_by of {table.table}: {other.table} has no column {name}")
