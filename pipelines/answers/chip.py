"""Answers from a release for people: could this chip go there on that day, and why.

Everything is read from the published marts; nothing is decided here.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.rows import Parameters, fetch_dicts

BASELINE = "baseline"


class UnknownNameError(ReleaseError):
    """A chip or country was asked for that the warehouse does not know; suggests near names."""


@dataclass(frozen=True)
class ChipAnswer:
    """The verdict for one chip, destination, buyer, transaction and day, with its reasoning.

    `policy` is the act that binds, `licence_policy` the one that sets the standard of review; both
    None where nothing binds. `restrictions` are those of the destination, the latest first.
    """

    chip: dict
    country: dict
    on: date
    buyer_headquarters: str
    transaction: str
    verdict: dict
    policy: dict | None
    licence_policy: dict | None
    restrictions: list[dict]
    conditions: list[dict]
    timeline: list[dict]
    siblings: list[dict]


def fetch_rows(connection: duckdb.DuckDBPyConnection, query: str, values: Parameters) -> list[dict]:
    """Run a query with bound values and return its rows by column name."""
    try:
        return fetch_dicts(connection, query, values)
    except duckdb.CatalogException as error:
        problem = str(error).splitlines()[0]
        raise ReleaseError(
            f"the published file was made by an older version ({problem}); run: make warehouse"
        ) from error


def suggest(name: str, known: list[str]) -> str:
    """Return a half-sentence with names near to the one that was asked for."""
    lowered = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=4, cutoff=0.5)
    inside = [item for item in lowered if name.lower() in item][:4]
    names = list(dict.fromkeys(lowered[item] for item in [*inside, *near]))
    return f"; did you mean {', '.join(names[:5])}?" if names else ""


def find_chip(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the chip with an id, market name or source label; the id may lack its vendor.

    Raises:
        UnknownNameError: no chip is called so; the message suggests near names.
    """
    rows = fetch_rows(
        connection,
        """
        select dim_chip.* from marts.dim_chip
        left join marts.dim_chip_alias as alias on alias.chip_id = dim_chip.chip_id
        where lower(alias.label) = lower($1) or lower(dim_chip.chip_name) = lower($1)
        order by lower(dim_chip.chip_id) = lower($1) desc, dim_chip.chip_id limit 1
        """,
        [name],
    )
    if rows:
        return rows[0]
    # `H200` for nvidia-h200; ids of several vendors would leave it open
    rows = fetch_rows(
        connection,
        "select * from marts.dim_chip "
        "where chip_id = vendor || '-' || replace(lower($1), ' ', '-')",
        [name],
    )
    if len(rows) == 1:
        return rows[0]
    known = [
        row[0]
        for row in connection.execute(
            "select chip_id from marts.dim_chip union select chip_name from marts.dim_chip"
        ).fetchall()
    ]
    raise UnknownNameError(f"unknown chip {name!r}{suggest(name, known)}")


def find_country(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the country with a code or an English or Chinese name.

    Raises:
        UnknownNameError: no country is called so; the message suggests near names.
    """
    rows = fetch_rows(
        connection,
        "select * from marts.dim_country where country_code = upper($1) "
        "or lower(country_name) = lower($1) or country_name_zh = $1 limit 1",
        [name],
    )
    if rows:
        return rows[0]
    known = [
        value
        for row in connection.execute(
            "select country_code, country_name from marts.dim_country"
        ).fetchall()
        for value in row
    ]
    raise UnknownNameError(f"unknown country {name!r}{suggest(name, known)}")


def answer_chip(
    path: Path,
    chip: str,
    country: str,
    on: date,
    buyer_headquarters: str = "local",
    transaction: str = "export",
) -> ChipAnswer:
    """Answer whether a chip could go to a country on a day.

    Args:
        path: the published file.
        chip: id, name or label of the chip.
        country: code or name of the destination.
        on: the day.
        buyer_headquarters: `local` or `d5_or_macau`.
        transaction: `export` or `reexport`.

    Returns:
        Verdict, binding rule, conditions in force that day, the timeline for that destination,
        and what related chips would have got.

    Raises:
        UnknownNameError: chip or country is not known.
        ReleaseError: nothing is published, or the question has no answer (the United States are
            no destination; a day before the horizon; a chip without specifications).
    """
    if not path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    with duckdb.connect(str(path), read_only=True) as connection:
        chip_row, country_row = find_chip(connection, chip), find_country(connection, country)
        case = [chip_row["chip_id"], country_row["country_code"], buyer_headquarters, transaction]
        timeline = fetch_rows(
            connection,
            f"""
            select * exclude (scenario_id, chip_id, destination_country, buyer_headquarters,
                              transaction)
            from marts.fct_chip_control_status
            where scenario_id = '{BASELINE}' and chip_id = ? and destination_country = ?
              and buyer_headquarters = ? and transaction = ?
            order by valid_from
            """,
            case,
        )
        verdict = next((row for row in timeline if _holds(row, on)), None)
        if verdict is None:
            raise ReleaseError(_explain_no_status(chip_row, country_row, timeline, on))
        return ChipAnswer(
            chip=chip_row,
            country=country_row,
            on=on,
            buyer_headquarters=buyer_headquarters,
            transaction=transaction,
            verdict=verdict,
            policy=_read_policy(connection, verdict["policy_id"]),
            licence_policy=_read_policy(connection, verdict["licence_policy_id"]),
            restrictions=_read_restrictions(connection, verdict["destination_restriction"]),
            conditions=_read_conditions(connection, chip_row["chip_id"], on, verdict),
            timeline=timeline,
            siblings=_read_siblings(connection, chip_row, case, on),
        )


def _holds(row: dict, on: date) -> bool:
    return row["valid_from"] <= on and (row["valid_to"] is None or on < row["valid_to"])


def _explain_no_status(chip: dict, country: dict, timeline: list[dict], on: date) -> str:
    if country["country_code"] == "US":
        return "the United States are no destination of their own export rules"
    if not timeline:
        return f"{chip['chip_id']} has no specifications known in this release, so no status"
    return f"{on} lies before the horizon of the rules, which begins on {timeline[0]['valid_from']}"


def _read_policy(connection: duckdb.DuckDBPyConnection, policy_id: str | None) -> dict | None:
    query = "select * from marts.dim_policy where policy_id = ?"
    return next(iter(fetch_rows(connection, query, [policy_id])), None)


def _read_restrictions(
    connection: duckdb.DuckDBPyConnection, destination_restriction: str | None
) -> list[dict]:
    """Return what the destination restricts, each with its act, in the order of the mart."""
    found = []
    for shown in destination_restriction.split(",") if destination_restriction else []:
        treatment, _, policy_id = shown.partition(":")
        policy = _read_policy(connection, policy_id) or {}
        found.append(
            {
                "treatment": treatment,
                "policy_id": policy_id,
                "title": policy.get("title"),
                "source_url": policy.get("source_url"),
            }
        )
    return found


def _read_conditions(
    connection: duckdb.DuckDBPyConnection, chip_id: str, on: date, verdict: dict
) -> list[dict]:
    """Return the conditions in force; those that every chip meets only where they decide.

    Embargoes are such conditions, and they are in force for other destinations as well.
    """
    return fetch_rows(
        connection,
        """
        select result.control_item, result.clause_id, result.metric, result.chip_value,
               result.operator, result.threshold, result.is_met, result.headroom_pct,
               result.policy_id, policy.citation, policy.source_url
        from marts.fct_chip_clause_result as result
        left join marts.dim_policy as policy using (policy_id)
        where result.chip_id = $1 and result.valid_from <= $2
          and (result.valid_to is null or result.valid_to > $2)
          and (result.metric <> 'any_chip' or result.clause_id = $3)
        order by result.control_item, result.clause_id, result.metric, result.operator
        """,
        [chip_id, on, verdict["clause_id"]],
    )


def _read_siblings(
    connection: duckdb.DuckDBPyConnection, chip: dict, case: list[str], on: date
) -> list[dict]:
    """Return what the chip's relatives would have got: market variants first, then near TPP."""
    return fetch_rows(
        connection,
        f"""
        with chip as (select * from marts.dim_chip where chip_id = $1)
        select other.chip_id, other.total_processing_performance, other.performance_density,
               status.outcome, status.policy_id
        from marts.dim_chip as other
        cross join chip
        inner join marts.fct_chip_control_status as status
            on status.chip_id = other.chip_id
            and status.scenario_id = '{BASELINE}' and status.destination_country = $2
            and status.buyer_headquarters = $3 and status.transaction = $4
            and status.valid_from <= $5 and (status.valid_to is null or status.valid_to > $5)
        where other.chip_id <> chip.chip_id and other.vendor = chip.vendor
          and other.is_datacenter = chip.is_datacenter
        order by
            coalesce(other.market_variant_of = chip.chip_id, false)
            or coalesce(chip.market_variant_of = other.chip_id, false)
            or coalesce(other.market_variant_of = chip.market_variant_of, false) desc,
            abs(ln(other.total_processing_performance / chip.total_processing_performance))
                nulls last,
            other.chip_id
        limit 3
        """,
        [*case, on],
    )
