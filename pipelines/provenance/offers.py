"""The offers behind a rental price or an index value, and the raw rows that they were read from.

Offers are published with document and row. What a mart of prices or indices made of them is gone
through again here, so that exactly the offers that count are named. Walking from any other mart to
its rows belongs in `trace.py`.
"""

from typing import Any

import duckdb

# offers in the months in which they were shown, as the medians take them
READINGS = """
    select
        offer.*,
        unnest(generate_series(
            date_trunc('month', observed_on),
            date_trunc('month', last_observed_on),
            interval 1 month
        ))::date as shown_month
    from marts.fct_rental_offer as offer
    where is_used and chip_id = $chip_id and commitment = $commitment
"""
QUERIES = {
    "fct_rental_offer": """
        select source_ids, document_sha256, document_row from marts.fct_rental_offer
        where offer_id = $offer_id
    """,
    "fct_rental_price": f"""
        select source_ids, document_sha256, document_row from ({READINGS})
        where
            shown_month = $month_start
            and region_id = $region_id
            and provider_type = $provider_type
    """,
    # the readings on both sides of every step that passes through the month
    "fct_rental_price_index": f"""
        with readings as ({READINGS}),
        months as (
            select distinct offer_key, shown_month from readings
            where $region_id in (region_id, 'WORLD')
        ),
        steps as (
            select
                offer_key,
                shown_month,
                lag(shown_month) over (partition by offer_key order by shown_month) as month_before
            from months
        )
        select distinct source_ids, document_sha256, document_row
        from steps
        inner join readings
            on
                steps.offer_key = readings.offer_key
                and readings.shown_month in (steps.shown_month, steps.month_before)
        where
            -- the month in which a series begins has no step of its own
            case
                when $matched_offers = 0 then steps.month_before = $month_start
                else steps.month_before < $month_start and steps.shown_month >= $month_start
            end
            and date_diff('month', steps.month_before, steps.shown_month) <= (
                select value_central from meta.assumption where assumption_id = 'index-max-gap'
            )
            and not exists (
                select 1 from marts.fct_rental_price_review as review
                where
                    review.needs_review
                    and review.offer_key = steps.offer_key
                    and review.read_month = steps.shown_month
            )
    """,
}


def list_offer_rows(
    connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]
) -> dict[tuple[str, str], list[int]] | None:
    """Return where the offers behind a row of a price mart were read.

    Args:
        connection: a release.
        table: name of the mart.
        row: one row of it, by column.

    Returns:
        Row numbers by source and SHA-256 of the document; None where the mart is no such mart.
    """
    if table not in QUERIES:
        return None
    query = QUERIES[table]
    bound = {name: value for name, value in row.items() if f"${name}" in query}
    found: dict[tuple[str, str], list[int]] = {}
    for source_id, sha256, document_row in connection.execute(query, bound).fetchall():
        found.setdefault((source_id, sha256), []).append(document_row)
    return found
