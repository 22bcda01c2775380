"""Suites that follow from what the names of mart columns promise, for every mart there is.

Names carry units and meaning (`_p05`, `_share`, `_pct`, `quarter_start`, `known_on` ...); what a
name promises is tested for each table that uses it, also for a mart that somebody adds tomorrow.
What only one table promises stands in its own file under `expectations/`.
"""

from __future__ import annotations

import re

import duckdb

from pipelines.base.sql import quote_name
from pipelines.quality.suites import Expectation, Suite

QUANTILES = (("p05", "p50", "p95"), ("p25", "p50", "p75"))
# amounts that cannot be below zero; a gap, a headroom or a change can
AMOUNTS = re.compile(
    r"^(units_(opening|added|retired|closing)|units|sites|quotes|providers|offers|row_count|"
    r".*_usd|.*_mw|.*_tflops|.*_tops|.*_gb|.*_gb_s|tdp_w|.*_flop|.*_w)$"
)
SIGNED = re.compile(r"(^|_)(gap|change|headroom|swing|impact|effect|correlation)(_|$)")
GRADES = ("reported", "estimated", "modelled", "inferred")
# What a name refers to, stated once for all marts: pattern of the column (or of table and
# column, for a table whose names have another home), table, key.
REFERENCES = tuple(
    (re.compile(pattern), home, key)
    for pattern, home, key in (
        (r"fct_outlook(_binding)?\.scenario_id", "dim_outlook_rule_scenario", "scenario_id"),
        (r"dim_outlook_rule_scenario\.scenario_id", "dim_outlook_rule_scenario", "scenario_id"),
        (r"growth_scenario_id", "dim_growth_scenario", "growth_scenario_id"),
        (r"(.+_)?region_id", "dim_region", "region_id"),
        (r"(.+_)?chip_id", "dim_chip", "chip_id"),
        (r"(.+_)?country_code|(vendor|destination)_country", "dim_country", "country_code"),
        (r"(.+_)?policy_id", "dim_policy", "policy_id"),
        (r"scenario_id", "dim_scenario", "scenario_id"),
        (r"(.+_)?organisation_id", "dim_organisation", "organisation_id"),
        (r"workload_id", "dim_workload", "workload_id"),
        (r"quarter_start", "dim_quarter", "quarter_start"),
    )
)
# instead of an id: the row speaks of all of them together
ALL_OF_THEM = "all"


def write_mart_suites(connection: duckdb.DuckDBPyConnection) -> list[Suite]:
    """Derive one suite per mart of a build from the names and types of its columns."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and database_name = current_database() "
        "order by table_name, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_ in rows:
        tables.setdefault(table, {})[column] = type_
    suites = []
    for table, columns in tables.items():
        items = [
            *_write_quantile_items(table, columns),
            *_write_bound_items(columns),
            *_write_time_items(columns),
            *_write_vocabulary_items(table, columns, set(tables)),
        ]
        if items:
            suites.append(Suite(suite=f"names_{table}", table=f"marts.{table}", expectations=items))
    return suites


def _write_quantile_items(table: str, columns: dict[str, str]) -> list[Expectation]:
    items = []
    for low, middle, high in QUANTILES:
        for column in columns:
            stem = column.removesuffix(f"_{middle}")
            names = [f"{stem}_{low}", f"{stem}_{middle}", f"{stem}_{high}"]
            if stem == column or not set(names) <= set(columns):
                continue
            first, second, third = (quote_name(name) for name in names)
            items.append(
                Expectation(
                    name=f"{stem}_{low}_to_{high}_in_order",
                    forbidden=f"{first} > {second} or {second} > {third} or {first} > {third} "
                    f"or ({first} is null) <> ({second} is null) "
                    f"or ({second} is null) <> ({third} is null)",
                    message=f"{stem}: the {low} point lies at or below the median, the {high} "
                    "point at or above it, and all three are there or none; otherwise columns were "
                    "swapped",
                )
            )
            # a day has no sign
            is_amount = columns[names[0]] != "DATE" and not SIGNED.search(stem)
            if is_amount and table != "fct_policy_impact":
                items.append(
                    Expectation(
                        name=f"{stem}_{low}_not_negative",
                        forbidden=f"{first} < 0 or {second} < 0",
                        message=f"{stem} is an amount, a price or a ratio and cannot be negative",
                    )
                )
    return items


def _write_bound_items(columns: dict[str, str]) -> list[Expectation]:
    items = []
    for column, type_ in columns.items():
        quoted = quote_name(column)
        if type_ not in ("DOUBLE", "BIGINT"):
            continue
        if column.endswith(("_share", "_probability")):
            items.append(
                Expectation(
                    name=f"{column}_is_a_share",
                    forbidden=f"{quoted} < 0 or {quoted} > 1",
                    message=f"{column} lies between 0 and 1; above 1 a percentage was given",
                )
            )
        elif AMOUNTS.match(column) and not SIGNED.search(column):
            items.append(
                Expectation(
                    name=f"{column}_not_negative",
                    forbidden=f"{quoted} < 0",
                    message=f"{column} is an amount and cannot be negative",
                )
            )
        if type_ == "DOUBLE":
            items.append(
                Expectation(
                    name=f"{column}_is_finite",
                    forbidden=f"not isfinite({quoted})",
                    message=f"{column} is a number or null, never infinite or undefined",
                )
            )
    return items


def _write_time_items(columns: dict[str, str]) -> list[Expectation]:
    items = []
    as_of = "(select as_of from raw.build_parameters)"
    for column, part in (("quarter_start", "quarter"), ("month_start", "month")):
        if column in columns:
            items.append(
                Expectation(
                    name=f"{column}_is_a_first_day",
                    forbidden=f"{column} <> date_trunc('{part}', {column})",
                    message=f"{column} is the first day of a calendar {part}; a fiscal or shifted "
                    "period is not",
                )
            )
    if "known_on" in columns:
        items.append(
            Expectation(
                name="known_on_up_to_as_of",
                forbidden=f"known_on > {as_of}",
                message="no row rests on what became known after the as-of day",
            )
        )
    for start, end in (("valid_from", "valid_to"), ("listed_on", "removed_on")):
        if start in columns and end in columns:
            items.append(
                Expectation(
                    name=f"{start}_not_after_{end}",
                    forbidden=f"{start} > {end}",
                    message=f"an interval ends on or after its start; {end} is exclusive",
                )
            )
    return items


def _write_vocabulary_items(
    table: str, columns: dict[str, str], tables: set[str]
) -> list[Expectation]:
    items = []
    if "confidence" in columns:
        grades = ", ".join(f"'{grade}'" for grade in GRADES)
        items.append(
            Expectation(
                name="confidence_in_vocabulary",
                forbidden=f"confidence is null or confidence not in ({grades})",
                message=f"confidence is one of {', '.join(GRADES)}",
            )
        )
    if "source_ids" in columns:
        items.append(
            Expectation(
                name="sources_are_known",
                forbidden="source_ids is null or exists (select 1 from "
                "unnest(string_split(source_ids, ',')) as part(source_id) "
                "where trim(part.source_id) not in (select source_id from meta.source))",
                message="every row names the sources that it rests on, and each is in meta.source",
            )
        )
    for column in columns:
        names = (f"{table}.{column}", column)
        home, key = next(
            (r[1:] for r in REFERENCES if any(r[0].fullmatch(name) for name in names)), (table, "")
        )
        if home != table and home in tables:
            quoted = quote_name(column)
            items.append(
                Expectation(
                    name=f"{column}_resolves",
                    forbidden=f"{quoted} is not null and {quoted} <> '{ALL_OF_THEM}' "
                    f"and {quoted} not in (select {key} from marts.{home})"
                    if columns[column] == "VARCHAR"
                    else f"{quoted} not in (select {key} from marts.{home})",
                    message=f"every {column} stands in {home}",
                )
            )
    return items
