-- What the prices of each month rest on, boiled down to one number: the offers that were shown in
-- it, and once for all months the other inputs of the incremental models. Two builds whose numbers
-- agree have the same prices in that month.
with offers as (
    select * from {{ ref('int_prices__checked_offers') }}
),

events as (
    select * from {{ ref('int_prices__events') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

hashed as (
    select
        date_trunc('month', observed_on)::date as first_month,
        date_trunc('month', last_observed_on)::date as last_month,
        hash(
            offer_id,
            offer_key,
            chip_id,
            provider,
            provider_type,
            region_id,
            commitment,
            usd_per_gpu_hour,
            is_press_report,
            exclusion_reason,
            source_id,
            known_on,
            confidence
        )::hugeint as row_hash,
        observed_on,
        last_observed_on,
    from offers
),

-- an offer counts in every month from its first to its last, and there with its day
marks as (
    select
        first_month as month_start,
        sum(row_hash) as change_in_standing,
        sum(hash(row_hash, observed_on)::hugeint) as days,
    from hashed
    group by first_month

    union all

    select
        (last_month + interval 1 month)::date as month_start,
        -sum(row_hash) as change_in_standing,
        0::hugeint as days,
    from hashed
    group by last_month

    union all

    select
        last_month as month_start,
        0::hugeint as change_in_standing,
        sum(hash(row_hash, last_observed_on)::hugeint) as days,
    from hashed
    group by last_month
),

months as (
    select
        month_start,
        sum(change_in_standing) as change_in_standing,
        sum(days) as days,
    from marks
    group by month_start
),

other_inputs as (
    select
        'events' as input,
        sum(hash(events)::hugeint) as fingerprint,
    from events

    union all

    select
        'organisation_ids' as input,
        sum(hash(organisation_ids)::hugeint) as fingerprint,
    from organisation_ids

    union all

    select
        'assumptions' as input,
        sum(hash(assumptions)::hugeint) as fingerprint,
    from assumptions
)

select
    'offers' as input,
    month_start,
    (sum(change_in_standing) over (order by month_start) + days)::hugeint as fingerprint,
from months

union all

-- what changes in them reaches back to the first month
select
    other_inputs.input,
    (select min(months.month_start) from months) as month_start,
    other_inputs.fingerprint,
from other_inputs
-- before the first offer nothing rests on them
where (select count(*) from months) > 0
