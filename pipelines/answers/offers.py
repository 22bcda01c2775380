"""The offers behind rents, indices, drift, reviews, premiums and event studies, and their rows.

Offers are published with document and row. What a mart made of them is gone through again here, on
the published file alone, so that exactly the offers that count are named. Prices of hardware and
judgements belong in `inputs.py`, what a mart is made of in `prices.py`.
"""

from typing import Any

import duckdb

from pipelines.answers.citation import Backing, Citation
from pipelines.base.rows import fetch_row

# offers in the months in which they were shown, as the medians take them
READINGS = """
    readings as (
        select
            *,
            unnest(generate_series(
                date_trunc('month', observed_on),
                date_trunc('month', last_observed_on),
                interval 1 month
            ))::date as shown_month
        from marts.fct_rental_offer
        where is_used and chip_id = $chip_id and commitment = $commitment
    )
"""
# steps of one offer between two months in which it was read, as the index takes them
STEPS = f"""
    {READINGS},
    months as (
        select distinct offer_key, shown_month from readings
        where $region_id in (region_id, 'WORLD')
    ),
    all_steps as (
        select
            offer_key,
            shown_month,
            lag(shown_month) over (partition by offer_key order by shown_month) as month_before
        from months
    ),
    steps as (
        select *
        from all_steps
        where
            date_diff('month', month_before, shown_month) <= (
                select value_central from meta.assumption where assumption_id = 'index-max-gap'
            )
            and not exists (
                select 1 from marts.fct_rental_price_review as review
                where
                    review.needs_review
                    and review.offer_key = all_steps.offer_key
                    and review.read_month = all_steps.shown_month
            )
    )
"""
STEP_OFFERS = """
    select distinct '{figure}' as figure, offer_id
    from steps
    inner join readings
        on
            steps.offer_key = readings.offer_key
            and readings.shown_month in (steps.shown_month, steps.month_before)
    where {passing}
"""
OFFER = """
    select 'price' as figure, $offer_id as offer_id
    union all
    -- what the price is held against: all that could be taken, whatever was set aside later
    select 'prices of peers', peer.offer_id
    from marts.fct_rental_offer as own
    inner join marts.fct_rental_offer as peer
        on
            own.chip_id = peer.chip_id
            and (own.commitment = 'spot') = (peer.commitment = 'spot')
            and (own.provider_type = 'hyperscaler') = (peer.provider_type = 'hyperscaler')
            and (own.region_id = 'CN') = (peer.region_id = 'CN')
            and date_trunc('quarter', own.observed_on) = date_trunc('quarter', peer.observed_on)
    where
        own.offer_id = $offer_id
        and own.ratio_to_peers is not null
        and peer.usd_per_gpu_hour > 0
        and coalesce(peer.exclusion_reason, '') not in (
            'accelerator_without_machine', 'part_of_an_accelerator'
        )
"""
MONTH_RENT = f"""
    with {READINGS}
    select 'rent' as figure, offer_id from readings
    where
        shown_month = $month_start
        and region_id = $region_id
        and provider_type = $provider_type
"""
# the month in which a series begins has no step of its own, and shows what the first one starts at
INDEX = f"with {STEPS}" + STEP_OFFERS.format(
    figure="step of the month",
    passing="""
        case
            when $matched_offers = 0 then steps.month_before = $month_start
            else steps.month_before < $month_start and steps.shown_month >= $month_start
        end
    """,
)
CHAINED = f"with {STEPS}" + STEP_OFFERS.format(
    figure="{figure}",
    passing="steps.month_before < $until_month and steps.shown_month > $after_month",
)
DIRECT = f"""
    with {STEPS}
    select 'direct change' as figure, offer_id
    from readings
    where
        $region_id in (region_id, 'WORLD')
        and shown_month in ($until_month, $after_month)
        and 2 = (
            select count(*) from months
            where
                months.offer_key = readings.offer_key
                and months.shown_month in ($until_month, $after_month)
        )
        -- what the chain leaves out for review is no part of the comparison either
        and not exists (
            select 1 from marts.fct_rental_price_review as review
            where
                review.needs_review
                and review.offer_key = readings.offer_key
                and review.read_month > $after_month
                and review.read_month <= $until_month
        )
"""
REVIEW = f"""
    with {READINGS}
    select
        case when shown_month = $read_month then 'later price' else 'earlier price' end as figure,
        offer_id
    from readings
    where offer_key = $offer_key and shown_month in ($read_month, $month_before)
"""
# neoclouds and marketplaces on demand, in China monthly contracts as well; lists of hyperscalers
# apart; WORLD takes all offers outside China
QUARTER_RENT = """
    select
        case when provider_type = 'hyperscaler' then 'hyperscaler list' else 'rent' end as figure,
        offer_id
    from marts.fct_rental_offer
    where
        is_used
        and chip_id = $chip_id
        and (commitment = 'on_demand' or (region_id = 'CN' and commitment = 'reserved_1m'))
        and (
            region_id = $price_region_id
            or ($price_region_id = 'WORLD' and region_id <> 'CN')
        )
        and date_trunc('quarter', observed_on) = case
            when provider_type = 'hyperscaler' then $quarter_start
            else coalesce($anchor_quarter, $quarter_start)
        end
"""
# months of both quarters in the series that joins them: the steps between the first and the last
CHAIN_MONTHS = """
    select min(month_start) as after_month, max(month_start) as until_month
    from marts.fct_rental_price_index
    where
        chip_id = $chip_id
        and region_id = $price_region_id
        and commitment = 'on_demand'
        and date_trunc('quarter', month_start) in ($quarter_start, $anchor_quarter)
        and series_start = (
            select max(series_start) from marts.fct_rental_price_index
            where
                chip_id = $chip_id
                and region_id = $price_region_id
                and commitment = 'on_demand'
                and date_trunc('quarter', month_start) = $quarter_start
        )
"""
# the last price before the event and the last within the window after it, of offers with both;
# a chip that the event touches in the region has a row of its own and is no control
EVENT = """
    with sided as (
        select
            *,
            observed_on < $event_date
            and last_observed_on >= $event_date - $window_days as is_before,
            last_observed_on >= $event_date
            and observed_on <= $event_date + $window_days as is_after
        from marts.fct_rental_offer
        where is_used and commitment = $commitment and $region_id in (region_id, 'WORLD')
    ),
    last_days as (
        select
            offer_key,
            max(observed_on) filter (where is_before) as before_on,
            max(observed_on) filter (where is_after) as after_on
        from sided
        group by offer_key
        having before_on is not null and after_on is not null
    ),
    placed as (
        select
            sided.*,
            is_before and observed_on = before_on as is_last_before,
            is_after and observed_on = after_on as is_last_after,
            case
                when chip_id = $chip_id then 'price'
                when chip_id not in (
                    select chip_id from marts.fct_price_event_study
                    where event_id = $event_id and region_id = $region_id
                ) then 'control: price'
            end as kind
        from sided
        inner join last_days on sided.offer_key = last_days.offer_key
    )
    select kind || ' before' as figure, offer_id from placed
    where is_last_before and kind is not null
    union all
    select kind || ' after', offer_id from placed
    where is_last_after and kind is not null
    order by figure desc
"""
# where offers were read, and what their conversion took
ROWS = """
    select
        source_ids as source_id,
        document_sha256,
        document_row,
        rate_document_sha256,
        rate_document_row,
        case
            when source_ids = 'china_prices' then split_part(conversion, ' by ', 1)
        end as what,
        case when contains(conversion, 'petaflops of the card') then chip_id end as rated_chip_id
    from marts.fct_rental_offer
    where offer_id in (select unnest(?::varchar[]))
"""


def cite_offers(
    connection: duckdb.DuckDBPyConnection,
    backing: Backing,
    query: str,
    row: dict[str, Any],
    **more: Any,
) -> None:
    """Cite the offers that a query finds, figure by figure, with what their conversion took.

    Args:
        connection: a release.
        backing: gets the citations.
        query: one of this module's, with columns figure and offer_id; `{figure}` in it is filled
            in with `more["figure"]`.
        row: the mart's row; its cells are bound to the parameters of the query.
        more: further parameters.
    """
    query = query.replace("{figure}", more.get("figure", ""))
    bound = {name: value for name, value in (row | more).items() if f"${name}" in query}
    offers: dict[str, list[str]] = {}
    for figure, offer_id in connection.execute(query, bound).fetchall():
        offers.setdefault(figure, []).append(offer_id)
    for figure, ids in offers.items():
        _cite_rows(backing, figure, connection.execute(ROWS, [ids]).fetchall())


def find_chain_months(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> dict:
    """Return the months between which the index moved a rent, for a row of premiums.

    Returns:
        `after_month` and `until_month`: steps of months after the first up to the last count.
    """
    bound = {name: value for name, value in row.items() if f"${name}" in CHAIN_MONTHS}
    after, until = fetch_row(connection, CHAIN_MONTHS, bound)
    return {"after_month": after, "until_month": until}


def _cite_rows(backing: Backing, figure: str, rows: list[tuple]) -> None:
    quotes: dict[tuple[str, str], set[int]] = {}
    rates: dict[str, set[int]] = {}
    whats, chips = set(), set()
    for source_id, sha256, number, rate_sha256, rate_number, what, chip_id in rows:
        quotes.setdefault((source_id, sha256), set()).add(number)
        if rate_sha256 is not None:
            rates.setdefault(rate_sha256, set()).add(rate_number)
        if what is not None:
            whats.add(what)
        if chip_id is not None:
            chips.add(chip_id)
    for (source_id, sha256), numbers in sorted(quotes.items()):
        backing.citations.append(_cite_numbers(figure, source_id, sha256, numbers))
    for sha256, numbers in sorted(rates.items()):
        name = f"{figure}: exchange rate"
        backing.citations.append(_cite_numbers(name, "exchange_rates", sha256, numbers))
    backing.cite(
        f"{figure}: hours and cards", "vocabulary", "rental_price_units", "what", sorted(whats)
    )
    backing.cite(f"{figure}: speed of card", "chip_specs", "chip_specs", "chip_id", sorted(chips))


def _cite_numbers(figure: str, source_id: str, sha256: str, numbers: set[int]) -> Citation:
    condition = ("document_row in (select unnest(?::bigint[]))", [sorted(numbers)])
    return Citation(figure, source_id, {"document_row": condition}, sha256=sha256)
