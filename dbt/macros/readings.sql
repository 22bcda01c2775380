{#-
    The months in which an offer was shown, one row each: from its first to its last day.
-#}
{% macro shown_months() -%}
    unnest(generate_series(
        date_trunc('month', observed_on),
        date_trunc('month', last_observed_on),
        interval 1 month
    ))::date
{%- endmacro %}


{#-
    The months over which a step between two readings is spread, one row each: those after the
    earlier reading, up to the later one.
-#}
{% macro step_months() -%}
    unnest(generate_series(
        month_before + interval 1 month,
        read_month,
        interval 1 month
    ))::date
{%- endmacro %}


{#-
    Rows as they count in regions: under their own, and all of them under WORLD, whether they state
    a place or not.

    Args:
        rows: query with a column region_id.
-#}
{% macro in_region_and_world(rows) -%}
    select * from {{ rows }}
    where region_id <> 'WORLD'
    union all
    select * replace ('WORLD' as region_id) from {{ rows }}
{%- endmacro %}


{#-
    Two queries of a `with` list that end in the offers behind the rent of a quarter, by the region
    that they count in: neoclouds and marketplaces on demand; in China, where most rents are monthly
    contracts of server owners, those; lists of hyperscalers beside them, marked. WORLD takes all
    offers outside China, whether they state a place or not.

    Args:
        offers: query with one row per offer: observed_on, chip_id, region_id, provider,
            provider_type, commitment, exclusion_reason.
        name: what to call the result: those columns with quarter_start and is_hyperscaler.
-#}
{% macro quarter_offers(offers, name) -%}
usable as (
    select
        *,
        (date_trunc('quarter', observed_on))::date as quarter_start,
        provider_type = 'hyperscaler' as is_hyperscaler,
    from {{ offers }}
    where
        exclusion_reason is null
        and (
            commitment = 'on_demand'
            or (region_id = 'CN' and commitment = 'reserved_1m')
        )
),

{{ name }} as (
    select * from usable
    where region_id <> 'WORLD'
    union all
    select * replace ('WORLD' as region_id) from usable
    where region_id <> 'CN'
)
{%- endmacro %}


{#-
    Offers that were read in the same month of two years: what follows `select` columns of `later`
    and `earlier`. What the chain leaves out for review is no part of the comparison either.

    Args:
        offer_months: query with one row per offer and month: offer_key, month_start.
        steps: query with one row per step: offer_key, read_month, needs_review.
-#}
{% macro from_year_pairs(offer_months, steps) -%}
    from {{ offer_months }} as later
    inner join {{ offer_months }} as earlier
        on
            later.offer_key = earlier.offer_key
            and later.month_start = earlier.month_start + interval 1 year
    where
        not exists (
            select 1
            from {{ steps }} as steps
            where
                steps.needs_review
                and steps.offer_key = later.offer_key
                and steps.read_month > earlier.month_start
                and steps.read_month <= later.month_start
        )
{%- endmacro %}


{#-
    The quarters of an on-demand index, each in the newest series that holds it, with the mean level
    of its months; as one query.

    Args:
        price_index: query with one row per month, region, chip and commitment: series_start,
            index_value.

    Returns:
        One row per quarter_start, chip_id and region_id: series_start, index_value.
-#}
{% macro quarter_index(price_index) -%}
    select
        (date_trunc('quarter', month_start))::date as quarter_start,
        chip_id,
        region_id,
        series_start,
        exp({{ exact_sum('ln(index_value)', 12) }} / count(*)) as index_value,
    from {{ price_index }}
    where commitment = 'on_demand'
    group by quarter_start, chip_id, region_id, series_start
    qualify row_number() over (
        partition by quarter_start, chip_id, region_id
        order by series_start desc
    ) = 1
{%- endmacro %}


{#-
    Queries of a `with` list that end in prices with the chips that were bought at them: those
    delivered in the quarter. Without tracked deliveries of the chip every quarter counts alike.

    Args:
        prices: query with one row per quarter_start, region_id and chip_id.
        shipments: query with one row per delivery: quarter_start, chip_id, units_p50.
        name: what to call the result: the prices with `bought`.
-#}
{% macro purchases(prices, shipments, name) -%}
deliveries as (
    select
        quarter_start,
        chip_id,
        {{ exact_sum('units_p50') }} as units,
    from {{ shipments }}
    group by quarter_start, chip_id
),

tracked as (
    select distinct chip_id from deliveries
),

{{ name }} as (
    select
        prices.*,
        case
            when tracked.chip_id is null then 1.0
            else coalesce(deliveries.units, 0)
        end as bought,
    from {{ prices }} as prices
    left join tracked on prices.chip_id = tracked.chip_id
    left join deliveries
        on
            prices.chip_id = deliveries.chip_id
            and prices.quarter_start = deliveries.quarter_start
)
{%- endmacro %}
