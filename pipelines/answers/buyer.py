"""A buyer by name: who it is, and what lists and acts make of a chip's status for it.

`fct_buyer_status` holds this for the places that concern a buyer. Here it is put together for any
destination, by the same rule, out of the same marts.
"""

from __future__ import annotations

import re
from datetime import date

import duckdb

from pipelines.answers.query import UnknownNameError, fetch_rows, suggest

ANY_DESTINATION = "all"
# What is unknown can be as strict as a licence without a published standard, and no stricter.
UNKNOWN_AT_MOST = 4


def find_buyer(connection: duckdb.DuckDBPyConnection, name: str) -> dict:
    """Return the buyer with an id, a name or an alias, written with hyphens or blanks.

    Raises:
        UnknownNameError: nobody is called so; the message suggests near names.
    """
    rows = fetch_rows(
        connection,
        "select dim_buyer.* from marts.dim_buyer_name inner join marts.dim_buyer using (buyer_id) "
        "where buyer_label in (lower($1), replace(lower($1), '-', ' ')) "
        "order by buyer_label = lower($1) desc limit 1",
        [name],
    )
    if rows:
        return rows[0]
    known = fetch_rows(connection, "select buyer_label from marts.dim_buyer_name", [])
    near = suggest(name, [row["buyer_label"] for row in known])
    raise UnknownNameError(
        f"unknown buyer {name!r}{near}; for a buyer on no list say local or d5_or_macau, by where "
        "its ultimate parent sits"
    )


def read_terms_of_buyer(
    connection: duckdb.DuckDBPyConnection, buyer_id: str, country_code: str
) -> list[dict]:
    """Return what holds for a buyer at a destination, as intervals that tile the time."""
    rows = fetch_rows(
        connection,
        "select * from marts.fct_buyer_term "
        "where buyer_id = $1 and destination_country in ($2, $3) order by valid_from",
        [buyer_id, country_code, ANY_DESTINATION],
    )
    own = [row for row in rows if row["destination_country"] == country_code]
    return own or rows


def weigh(status: dict, term: dict) -> dict:
    """Return the status of a chip as a buyer meets it, while both rows hold.

    A listing makes a status stricter and never milder; an act that frees the buyer counts only
    while no list reaches it; a granted licence is named and changes no duty.

    Args:
        status: row of `fct_chip_control_status` for the buyer's kind of headquarters.
        term: row of `fct_buyer_term`.
    """
    strictness = status["strictness"] if status["strictness"] is not None else UNKNOWN_AT_MOST
    needs_something = (status["strictness"] or 0) > 0
    row = dict(status) | {
        "chip_outcome": status["outcome"],
        "listing_reason": term["listing_reason"],
        "listing_citation": term["listing_citation"],
        "listing_policy_id": term["listing_policy_id"],
        "granted_text": None,
        "granted_policy_id": None,
    }
    if needs_something and _names(term["granted_items"], status["control_item"]):
        row |= {
            "granted_text": term["granted_text"],
            "granted_policy_id": term["granted_policy_id"],
        }
    if term["listing_strictness"] is not None:
        if term["listing_strictness"] > strictness:
            row |= {
                "outcome": term["listing_outcome"],
                "strictness": term["listing_strictness"],
                "deciding_kind": "listing",
                "deciding_reason": term["listing_reason"],
                "policy_id": term["listing_policy_id"] or term["rule_policy_id"],
                "licence_policy_id": term["rule_policy_id"],
                "licence_exception_name": None,
                "licence_condition": None,
                "licence_review": None,
                "standard_basis": term["standard_basis"],
                "standard_basis_on": term["standard_basis_on"],
            }
    elif needs_something and _names(term["exempt_items"], status["control_item"]):
        row |= {
            "outcome": "no_licence_needed",
            "strictness": 0,
            "deciding_kind": "named_buyer",
            "deciding_reason": f"freed by name: {term['exempt_text']}",
            "policy_id": term["exempt_policy_id"],
            "licence_policy_id": term["exempt_policy_id"],
            "licence_exception_name": None,
            "licence_condition": None,
            "licence_review": None,
            "standard_basis": term["standard_basis"],
            "standard_basis_on": term["standard_basis_on"],
        }
    return row


def combine(timelines: dict[str, list[dict]], terms: list[dict]) -> list[dict]:
    """Return the timeline of a buyer by name.

    Args:
        timelines: rows of the chip's status by kind of headquarters, in order of time.
        terms: what holds for the buyer, in order of time.
    """
    rows: list[dict] = []
    for term in terms:
        for status in timelines[term["buyer_headquarters"]]:
            start = max(status["valid_from"], term["valid_from"])
            end = _earlier(status["valid_to"], term["valid_to"])
            if end is not None and end <= start:
                continue
            row = weigh(status, term) | {
                "valid_from": start,
                "valid_to": end,
                "buyer_headquarters": term["buyer_headquarters"],
            }
            if rows and _says_the_same(rows[-1], row):
                rows[-1]["valid_to"] = end
            else:
                rows.append(row)
    return rows


def _names(items: str | None, control_item: str | None) -> bool:
    """Say whether a list of items names an item or one that it is a finer part of."""
    if not items or not control_item:
        return False
    return re.match("|".join(map(re.escape, items.split(","))), control_item) is not None


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _says_the_same(one: dict, other: dict) -> bool:
    days = ("valid_from", "valid_to")
    return {k: v for k, v in one.items() if k not in days} == {
        k: v for k, v in other.items() if k not in days
    }
