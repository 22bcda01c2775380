"""What an answer about a chip shows beside the verdict: acts, restrictions, terms, clauses, kin."""

from __future__ import annotations

from datetime import date

import duckdb

from pipelines.answers.query import BASELINE, fetch_rows


def read_policy(connection: duckdb.DuckDBPyConnection, policy_id: str | None) -> dict | None:
    """Return an act by its id; None for no id."""
    query = "select * from marts.dim_policy where policy_id = ?"
    return next(iter(fetch_rows(connection, query, [policy_id])), None)


def read_shown(
    connection: duckdb.DuckDBPyConnection, shown: str | None, scopes: str | None = None
) -> list[dict]:
    """Return restrictions or guidance, each with its act, in the order of the mart.

    Args:
        connection: to the published file.
        shown: `treatment:policy`, comma-separated.
        scopes: whom each concerns, comma-separated in the same order.
    """
    found = []
    parts = shown.split(",") if shown else []
    whom: list[str | None] = [*scopes.split(",")] if scopes else [None] * len(parts)
    for part, scope in zip(parts, whom, strict=True):
        treatment, _, policy_id = part.partition(":")
        policy = read_policy(connection, policy_id) or {}
        found.append(
            {
                "treatment": treatment,
                "scope": scope,
                "policy_id": policy_id,
                "title": policy.get("title"),
                "public_on": policy.get("announced_on"),
                "source_url": policy.get("source_url"),
            }
        )
    return found


def read_terms(
    connection: duckdb.DuckDBPyConnection, chip_id: str, country_code: str, on: date
) -> list[dict]:
    """Return what the chip bears beside the licence that day: to the destination, and on import."""
    return fetch_rows(
        connection,
        """
        select term.kind, term.rate_pct, term.says, term.exemptions, term.is_certain,
               term.destination_country, term.standard_basis, term.policy_id,
               policy.citation, policy.source_url
        from marts.fct_policy_term as term
        left join marts.dim_policy as policy using (policy_id)
        where term.chip_id = $1 and term.destination_country in ($2, 'US')
          and term.valid_from <= $3 and (term.valid_to is null or term.valid_to > $3)
        order by term.destination_country = 'US', term.kind, term.term_id
        """,
        [chip_id, country_code, on],
    )


def read_conditions(
    connection: duckdb.DuckDBPyConnection, chip_id: str, on: date, clause_id: str | None
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
        [chip_id, on, clause_id],
    )


def read_siblings(
    connection: duckdb.DuckDBPyConnection, chip: dict, case: list[str], on: date
) -> list[dict]:
    """Return what the chip's relatives would have got: market variants first, then near TPP.

    Args:
        connection: to the published file.
        chip: row of the chip.
        case: chip, destination, kind of buyer and transaction.
        on: the day.
    """
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
