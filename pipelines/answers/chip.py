"""Answers from a release for people: could this chip go there on that day, and why.

Everything is read from the published marts; what a buyer by name adds is put together in
`buyer.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.answers.buyer import combine, find_buyer, read_terms_of_buyer
from pipelines.answers.chip_parts import (
    read_conditions,
    read_policy,
    read_shown,
    read_siblings,
    read_terms,
)
from pipelines.answers.query import BASELINE, UnknownNameError, fetch_rows, suggest
from pipelines.base.errors import ReleaseError

KINDS_OF_BUYERS = ("local", "d5_or_macau")


@dataclass(frozen=True)
class ChipAnswer:
    """The verdict for one chip, destination, buyer, transaction and day, with its reasoning.

    `buyer` is a row of `dim_buyer`, None for a kind of buyers. `policy` is the act that binds,
    `licence_policy` the one that sets the standard of review, `listing` and `granted` what lists a
    named buyer and what licensed it; each None where there is none. `restrictions` are those of the
    destination, the latest first; `guidance` binds nobody; `terms` hold beside the licence.
    """

    chip: dict
    country: dict
    on: date
    buyer: dict | None
    buyer_headquarters: str
    transaction: str
    verdict: dict
    policy: dict | None
    licence_policy: dict | None
    listing: dict | None
    granted: dict | None
    restrictions: list[dict]
    guidance: list[dict]
    terms: list[dict]
    conditions: list[dict]
    timeline: list[dict]
    siblings: list[dict]


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
    buyer: str = "local",
    transaction: str = "export",
) -> ChipAnswer:
    """Answer whether a chip could go to a country on a day.

    Args:
        path: the published file.
        chip: id, name or label of the chip.
        country: code or name of the destination.
        on: the day.
        buyer: `local`, `d5_or_macau`, or the id or a name of a buyer.
        transaction: `export` or `reexport`.

    Returns:
        Verdict, binding rule, conditions in force that day, the timeline for that destination,
        and what related chips would have got.

    Raises:
        UnknownNameError: chip, country or buyer is not known.
        ReleaseError: nothing is published, or the question has no answer (the United States and
            their territories are no destination; a day before the horizon; a chip without
            specifications).
    """
    if not path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    with duckdb.connect(str(path), read_only=True) as connection:
        chip_row, country_row = find_chip(connection, chip), find_country(connection, country)
        named = None if buyer in KINDS_OF_BUYERS else find_buyer(connection, buyer)
        case = [chip_row["chip_id"], country_row["country_code"], transaction]
        timelines = _read_timelines(connection, case)
        if named is None:
            timeline = timelines[buyer]
        else:
            terms = read_terms_of_buyer(connection, named["buyer_id"], case[1])
            timeline = combine(timelines, terms)
        verdict = next((row for row in timeline if _holds(row, on)), None)
        if verdict is None:
            raise ReleaseError(_explain_no_status(chip_row, country_row, timeline, on))
        kind = verdict.get("buyer_headquarters", buyer)
        return ChipAnswer(
            chip=chip_row,
            country=country_row,
            on=on,
            buyer=named,
            buyer_headquarters=kind,
            transaction=transaction,
            verdict=verdict,
            policy=read_policy(connection, verdict["policy_id"]),
            licence_policy=read_policy(connection, verdict["licence_policy_id"]),
            listing=read_policy(connection, verdict.get("listing_policy_id")),
            granted=read_policy(connection, verdict.get("granted_policy_id")),
            restrictions=read_shown(
                connection, verdict["destination_restriction"], verdict["restriction_scope"]
            ),
            guidance=read_shown(connection, verdict["guidance"]),
            terms=read_terms(connection, chip_row["chip_id"], case[1], on),
            conditions=read_conditions(connection, case[0], on, verdict["clause_id"]),
            timeline=timeline,
            siblings=read_siblings(connection, chip_row, [*case[:2], kind, transaction], on),
        )


def _read_timelines(
    connection: duckdb.DuckDBPyConnection, case: list[str]
) -> dict[str, list[dict]]:
    """Return the status of a chip at a destination over time, for both kinds of buyers."""
    rows = fetch_rows(
        connection,
        f"""
        select * exclude (scenario_id, chip_id, destination_country, transaction)
        from marts.fct_chip_control_status
        where scenario_id = '{BASELINE}' and chip_id = ? and destination_country = ?
          and transaction = ?
        order by valid_from
        """,
        list(case),
    )
    kinds: dict[str, list[dict]] = {kind: [] for kind in KINDS_OF_BUYERS}
    for row in rows:
        kinds[row.pop("buyer_headquarters")].append(row)
    return kinds


def _holds(row: dict, on: date) -> bool:
    return row["valid_from"] <= on and (row["valid_to"] is None or on < row["valid_to"])


def _explain_no_status(chip: dict, country: dict, timeline: list[dict], on: date) -> str:
    if country["country_code"] == "US":
        return "the United States are no destination of their own export rules"
    if timeline:
        first = timeline[0]["valid_from"]
        return f"{on} lies before the horizon of the rules, which begins on {first}"
    groups = (country["country_groups"] or "").replace(" ", "").split(",")
    if "US" in groups:
        return (
            f"{country['country_name']} counts as the United States in these rules (15 CFR 772.1), "
            "so it is no destination"
        )
    if chip["is_composite"]:
        return f"{chip['chip_id']} stands for several chips and has no specifications, so no status"
    return f"{chip['chip_id']} has no specifications known in this release, so no status"
