"""Typed rows of the policy facts and the readers that make them.

What belongs here: one dataclass per table of the decision procedure in docs/policy-engine.md, and
loaders from CSV files, plain rows or DuckDB relations. What does not: any decision. Typing is
strict on purpose: an oracle that guesses at a misspelt day or an unknown review standard proves
nothing.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

Value = float | str | date | None
BASELINE = "baseline"

# Columns of chip_specs that stay text even when a cell happens to look like a number.
TEXT_COLUMNS = frozenset(
    (
        "chip_id",
        "name",
        "vendor",
        "vendor_country",
        "architecture",
        "foundry",
        "market_variant_of",
        "memory_type",
        "source_publisher",
        "source_title",
        "source_url",
        "confidence",
        "note",
    )
)


class FactsError(ValueError):
    """A row that the procedure gives no meaning to; says table, column and what was seen."""


@dataclass(frozen=True, slots=True)
class PolicyEvent:
    """One act. `public_on` is the day the public could know of it."""

    policy_id: str
    instrument: str
    public_on: date | None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class RuleParameter:
    """One condition of one clause; rows with one clause_id are joined by AND."""

    policy_id: str
    control_item: str
    clause_id: str
    subject: str
    use: str
    metric: str
    operator: str
    threshold: float
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Refinement:
    """One condition under which an item is removed or becomes a finer item."""

    refinement_id: str
    item: str
    refined_item: str | None
    effect: str
    rank: int
    needs_item: str | None
    needs_metric: str | None
    needs_operator: str | None
    needs_value: str | None
    transaction: str
    policy_id: str
    valid_from: date | None = None
    valid_to: date | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class NamedChip:
    """A chip decided by name, or a restriction of the buying country."""

    policy_id: str
    chip_id: str | None
    chip_selector: str | None
    side: str
    treatment: str
    control_item: str | None
    destination_group: str
    buyer_scope: str
    valid_from: date | None = None
    valid_to: date | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """What an item needs for one class of destinations and buyers; the lowest rank answers."""

    policy_id: str
    control_item: str
    destination_group: str
    buyer_scope: str
    rank: int
    licence_required: bool
    review_policy: str | None
    licence_review: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    ended_by: str | None = None
    standard_basis: str | None = None
    published_on: date | None = None
    licence_condition: str | None = None


@dataclass(frozen=True, slots=True)
class GroupMembership:
    """Days on which a country belongs to a group; both ends inclusive, empty means unbounded."""

    country: str
    group_code: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class MetricBound:
    """One side on which a metric of a chip is published as a bound only."""

    chip_id: str
    metric: str
    bound: str
    value: float
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One chip; `values` holds every column by its name, None where the cell is empty.

    `bounds` holds what is published as a bound only.
    """

    chip_id: str
    values: Mapping[str, Value]
    bounds: tuple[MetricBound, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a scenario on one policy."""

    scenario_id: str
    policy_id: str
    switch: str
    value: date | None = None


@dataclass(frozen=True, eq=False)
class RuleTables:
    """All rows a decision reads. Compared and hashed by identity, so that results can be cached."""

    policy_events: tuple[PolicyEvent, ...] = ()
    rule_parameters: tuple[RuleParameter, ...] = ()
    control_item_refinements: tuple[Refinement, ...] = ()
    licence_policy: tuple[LicenceRow, ...] = ()
    policy_named_chips: tuple[NamedChip, ...] = ()
    destination_groups: tuple[GroupMembership, ...] = ()
    chip_specs: tuple[Chip, ...] = ()
    chip_metric_bounds: tuple[MetricBound, ...] = ()
    scenarios: tuple[Switch, ...] = ()
    events: Mapping[str, PolicyEvent] = field(init=False, repr=False)
    chips: Mapping[str, Chip] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "events", {row.policy_id: row for row in self.policy_events})
        bounds: dict[str, list[MetricBound]] = {}
        for row in self.chip_metric_bounds:
            bounds.setdefault(row.chip_id, []).append(row)
        chips = {
            row.chip_id: replace(row, bounds=tuple(bounds.get(row.chip_id, ())))
            for row in self.chip_specs
        }
        object.__setattr__(self, "chips", chips)


# The four tables whose rows belong to a policy and have days of their own.
RULE_TABLES = (
    "rule_parameters",
    "control_item_refinements",
    "licence_policy",
    "policy_named_chips",
)
TABLE_NAMES = (
    "policy_events",
    *RULE_TABLES,
    "destination_groups",
    "chip_specs",
    "chip_metric_bounds",
    "scenarios",
)


def to_text(value: Any) -> str | None:
    """Give a cell as text; empty and missing cells are both None, never ''."""
    return None if value is None or value == "" else str(value)


def to_day(value: Any) -> date | None:
    """Give a cell as a day; a moment is cut to its day."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or value == "" or isinstance(value, date):
        return value or None
    return date.fromisoformat(str(value)[:10])


def to_flag(value: Any) -> bool:
    """Give a cell as a yes or no; anything else is an error, since a guess would decide."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise FactsError(f"licence_policy.licence_required: expected true or false, saw {value!r}")
    return text == "true"


def to_value(column: str, value: Any) -> Value:
    """Type one cell of chip_specs: days by column name, booleans as 0 and 1, numbers, else text."""
    if value is None or value == "":
        return None
    if column.endswith("_on"):
        return to_day(value)
    if column in TEXT_COLUMNS:
        return str(value)
    if str(value).lower() in ("true", "false"):
        return 1.0 if str(value).lower() == "true" else 0.0
    try:
        return float(value)
    except ValueError:
        return str(value)


def make_chip(row: Mapping[str, Any]) -> Chip:
    """Type one row of chip_specs."""
    values = {column: to_value(column, cell) for column, cell in row.items()}
    return Chip(str(row["chip_id"]), values)


def make_switch(row: Mapping[str, Any]) -> Switch:
    """Type one row of scenarios; `value` is a day for the switches that carry one."""
    return Switch(row["scenario_id"], row["policy_id"], row["switch"], to_day(row.get("value")))


CASTS: dict[str, Callable[[Any], Any]] = {
    "threshold": float,
    "value": float,
    "rank": lambda value: int(value) if value not in (None, "") else 0,
    "licence_required": to_flag,
    **dict.fromkeys(
        ("public_on", "effective_on", "valid_from", "valid_to", "published_on"), to_day
    ),
}
ROW_TYPES: dict[str, type] = {
    "policy_events": PolicyEvent,
    "rule_parameters": RuleParameter,
    "control_item_refinements": Refinement,
    "licence_policy": LicenceRow,
    "policy_named_chips": NamedChip,
    "destination_groups": GroupMembership,
    "chip_metric_bounds": MetricBound,
}


def make_row(table: str, row: Mapping[str, Any]) -> Any:
    """Type one row of a table; columns that no decision reads (sources, notes) are left behind."""
    if table == "chip_specs":
        return make_chip(row)
    if table == "scenarios":
        return make_switch(row)
    row_type = ROW_TYPES[table]
    names = row_type.__dataclass_fields__
    try:
        return row_type(**{name: CASTS.get(name, to_text)(row[name]) for name in names})
    except (KeyError, ValueError) as error:
        raise FactsError(f"{table}: cannot read {dict(row)!r}: {error!r}") from error


def tables_from_rows(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> RuleTables:
    """Build RuleTables from rows by table name; cells may be text (CSV) or typed (a database).

    Args:
        rows: for each of TABLE_NAMES its rows as column-to-cell mappings.

    Raises:
        FactsError: if a table is missing or a row cannot be typed.
    """
    missing = [name for name in TABLE_NAMES if name not in rows]
    if missing:
        raise FactsError(f"tables missing: {missing}; expected {list(TABLE_NAMES)}")
    return RuleTables(
        **{name: tuple(make_row(name, r) for r in rows[name]) for name in TABLE_NAMES}
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read one CSV file as rows of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_tables(folder: Path, elsewhere: Mapping[str, Path] | None = None) -> RuleTables:
    """Read the facts from CSV files.

    Args:
        folder: holds one `<table>.csv` per table.
        elsewhere: files by table, for those that live in another folder.
    """
    paths = {name: (elsewhere or {}).get(name) or folder / f"{name}.csv" for name in TABLE_NAMES}
    return tables_from_rows({name: read_csv(path) for name, path in paths.items()})


def tables_from_relations(relations: Mapping[str, Any]) -> RuleTables:
    """Build RuleTables from DuckDB relations, for example `con.table(...)` or `con.sql(...)`.

    The relations need the column names of the facts; a staging model that renamed a column is
    mapped back by the caller with `relation.select(...)`.
    """
    rows = {}
    for name, relation in relations.items():
        columns = relation.columns
        rows[name] = [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]
    return tables_from_rows(rows)
