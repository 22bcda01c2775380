"""The typed contract of one source: what `contract.yml` may say, and nothing else.

A fact about a source is stated once, here, and all else derives from it; `load.py` reads files.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.contracts.addresses import Address
from pipelines.contracts.bounds import Bounds
from pipelines.contracts.governing import (
    GovernedBy,
    RowRule,
    check_governing,
    list_scope_rules,
    write_reason,
    write_rule,
)
from pipelines.contracts.reading import (
    ATTRIBUTES,
    Embedded,
    Labels,
    Reader,
    check_inner_path,
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
    "outlook",
]
AREAS: tuple[str, ...] = get_args(Area)
ColumnType = Literal["VARCHAR", "DOUBLE", "BIGINT", "BOOLEAN", "DATE", "TIMESTAMP"]
COLUMN_TYPES: tuple[str, ...] = get_args(ColumnType)
DocumentMode = Literal["snapshot", "revision", "append", "history"]
# What a value may have to resolve to. The lists come from tables that say `provides`.
Entity = Literal[
    "chip", "organisation", "country", "policy", "scenario", "parameter", "control_item"
]
ENTITIES: tuple[str, ...] = get_args(Entity)
Weight = Literal["units", "h100e", "usd", "flop"]
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")
MAX_CELL_LENGTH = 4000
# Days outside are slips of the pen or fillers (1900-01-01, 9999-12-31); a column may say otherwise.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)


class _Strict(BaseModel):
    # `from` of a column is a word of Python, so its field has another name
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True)


class Publisher(_Strict):
    """Who publishes (part of) a source, and on what terms its figures may be shown."""

    name: str
    licence: str
    attribution: str
    redistribution: Literal["allowed", "facts_only", "unknown"]
    address: str | None = None
    note: str | None = None


class Column(_Strict):
    """One column of a raw table and the checks that each of its cells must pass.

    `from` is the header or path under which the upstream gives it, `fixed` a text that every row
    has, `labels` says that it is an id read from labels. Numbers may have `thousands` and
    `decimal` marks and stand between `prefix` and `suffix`. A text of several lines says
    `multiline`; a column that the upstream may leave out altogether is `optional`.
    """

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
    source_name: str | None = Field(default=None, alias="from", min_length=1)
    fixed: str | None = Field(default=None, min_length=1)
    labels: Labels | None = None
    multiline: bool = False
    optional: bool = False
    thousands: str | None = Field(default=None, min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    prefix: str | None = Field(default=None, min_length=1)
    suffix: str | None = Field(default=None, min_length=1)
    first_day: date | None = None
    last_day: date | None = None

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
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} lies above max {self.max:g}")
        if (self.first_day or self.last_day) and self.type not in ("DATE", "TIMESTAMP"):
            raise ValueError("first_day and last_day are for DATE and TIMESTAMP")
        if self.days[0] > self.days[1]:
            raise ValueError(f"first_day {self.days[0]} lies after last_day {self.days[1]}")
        if self.multiline and self.type != "VARCHAR":
            raise ValueError("multiline is for VARCHAR")
        if not numeric and (self.thousands or self.prefix or self.suffix or self.decimal != "."):
            raise ValueError("thousands, decimal, prefix and suffix are for DOUBLE and BIGINT")
        if self.thousands and (self.thousands == self.decimal or self.thousands.isdigit()):
            raise ValueError("thousands must be another character than decimal, and no digit")
        given = [self.source_name is not None, self.fixed is not None, self.labels is not None]
        if self.optional and self.required:
            raise ValueError("a column is required or optional, not both")
        if sum(given) > 1:
            raise ValueError("give one of from, fixed and labels; `of` names the column of labels")
        if (self.source_name or "").startswith("@") and self.source_name not in ATTRIBUTES:
            raise ValueError(f"from must be a header, a path or one of {', '.join(ATTRIBUTES)}")
        if self.pattern:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern {self.pattern!r} cannot be: {error}") from error
        return self

    @property
    def days(self) -> tuple[date, date]:
        """First and last day that a cell may hold."""
        return self.first_day or FIRST_DAY, self.last_day or LAST_DAY


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

    `area` is for the rare table that an area before the source's own builds on. A table that
    `needs_every_row` means something else without one of them: a quarantined row stops the release.
    `weighs` says in staged columns how much stands behind a label; one that `repeats_labels` has
    rows whose labels are counted elsewhere. `bounds` say how much may change from one document to
    the next, `ignores` names columns of the upstream that are known and not read.
    """

    table: str
    area: Area | None = None
    description: str = Field(pattern=r"^One row per ")
    key: list[str] = Field(min_length=1)
    document_mode: DocumentMode = "snapshot"
    file: str | None = None
    read: Reader | None = None
    documents: list[str] = Field(default_factory=list)
    feeds: Literal["rents"] | None = None
    provenance: bool = True
    known_on: str | KnownWith = "coalesce(published_on, accessed_on)"
    verified_when: str = "true"
    provides: dict[Entity, str] = Field(default_factory=dict)
    columns: dict[str, Column]
    checks: list[RowCheck] = Field(default_factory=list)
    governed_by: GovernedBy | None = None
    needs_every_row: bool = False
    weighs: dict[Weight, str] = Field(default_factory=dict)
    repeats_labels: bool = False
    min_rows: int = Field(default=1, ge=0)
    bounds: Bounds = Bounds()
    ignores: list[str] = Field(default_factory=list)
    max_rejected_share: float | None = Field(default=None, ge=0, le=1)
    usage_warnings: list[str] = Field(default_factory=list)

    _file = field_validator("file")(lambda value: value and check_inner_path(value))

    @field_validator("table")
    @classmethod
    def _is_table_name(cls, value: str) -> str:
        if not _NAME.match(value):
            raise ValueError("must be snake_case")
        return value

    @model_validator(mode="after")
    def _add_provenance(self) -> Table:
        if self.provenance:
            repeated = {
                name
                for name, column in self.columns.items()
                if name in PROVENANCE and column.fixed is None and column.source_name is None
            }
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
        staged = [column.rename or name for name, column in self.columns.items()]
        if twice := sorted({name for name in staged if staged.count(name) > 1}):
            raise ValueError(f"two columns are called {', '.join(twice)} in staging")
        for name, column in self.columns.items():
            if column.labels and column.labels.of not in self.columns:
                raise ValueError(f"labels of {name} name a column that is missing")
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
    def labelled(self) -> dict[str, Labels]:
        """The columns that are read from labels, and how."""
        return {name: c.labels for name, c in self.columns.items() if c.labels is not None}

    @property
    def reader(self) -> Reader:
        """How its rows lie in a document: as `read` says, else in a CSV file."""
        return self.read or Reader()

    @property
    def file_name(self) -> str:
        """Name of the embedded file in the source's `data` folder."""
        return self.file or f"{self.table}{self.reader.suffix}"


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
    embedded: list[Embedded] = Field(default_factory=list)
    parser_reads: list[str] = Field(default_factory=list)
    usage_warnings: list[str] = Field(default_factory=list)
    max_rejected_share: float = Field(default=0.02, ge=0, le=1)
    max_unknown_share: float = Field(default=0.2, ge=0, le=1)
    contract_version: str = Field(default="1.0", pattern=r"^\d+\.\d+$")
    tables: list[Table] = Field(min_length=1)
    folder: Path = Field(exclude=True)

    @field_validator("addresses")
    @classmethod
    def _name_each(cls, value: list[Address]) -> list[Address]:
        return [one for address in value for one in address.expand()]

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
            check_governing(table, self.tables[: names.index(table.table)])
        if self.kind == "registry" and self.addresses:
            raise ValueError("a registry is kept by people and has no addresses to fetch")
        documents = [address.document for address in self.addresses]
        if len(set(documents)) != len(documents):
            raise ValueError("two addresses share the name of a document")
        known = {*documents, *(item.document for item in self.embedded)}
        for table in self.tables:
            for name in set(table.documents) - known:
                raise ValueError(f"table {table.table} reads a document that is missing: {name}")
        return self

    def list_readable(self, document: str, has_parser: bool) -> list[Table]:
        """Return the tables that a reader takes from a document of the upstream's.

        A table with `read` is taken from every document unless it lists some. Without `read` and
        parser the only table is taken, else the one with the document's name.
        """
        wanted = [t for t in self.tables if not t.documents or document in t.documents]
        declared = [table for table in wanted if table.read is not None]
        if declared or has_parser:
            return declared
        listed = [table for table in wanted if table.documents or table.table == document]
        return listed or (wanted if len(self.tables) == 1 else [])

    def get_area(self, table: Table) -> Area:
        """Return the area of one of the tables: its own, else that of the source."""
        return table.area or self.area

    def get_table(self, name: str) -> Table:
        """Return the table of that name; raises KeyError if the contract has none."""
        found = next((table for table in self.tables if table.table == name), None)
        if found is None:
            raise KeyError(f"{self.source_id} has no table {name}")
        return found
