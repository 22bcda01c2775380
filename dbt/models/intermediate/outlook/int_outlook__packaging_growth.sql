-- How packaging capacity of a year compares with that of the year before, as last said by the day of
-- each origin. The capacity of a year is a statement of the year, or the mean of the rates at its two
-- ends, whichever was said later.
with origins as (
    select * from {{ ref('int_outlook__origins') }}
),

statements as (
    select * from {{ ref('int_outlook__packaging_statements') }}
),

known as (
    select
        origins.origin_id,
        statements.basis,
        statements.capacity_year,
        statements.wafers_per_year,
        statements.known_on,
        statements.statement_id,
    from origins
    inner join statements on statements.known_on <= origins.known_to
    qualify row_number() over (
        partition by origins.origin_id, statements.basis, statements.capacity_year
        order by statements.known_on desc, statements.statement_id asc
    ) = 1
),

capacities as (
    select
        origin_id,
        capacity_year,
        wafers_per_year,
        known_on,
        statement_id as statement_ids,
    from known
    where basis = 'year'

    union all

    select
        ends.origin_id,
        ends.capacity_year,
        (starts.wafers_per_year + ends.wafers_per_year) / 2 as wafers_per_year,
        greatest(starts.known_on, ends.known_on) as known_on,
        starts.statement_id || ', ' || ends.statement_id as statement_ids,
    from known as starts
    inner join known as ends
        on
            starts.origin_id = ends.origin_id
            and starts.capacity_year + 1 = ends.capacity_year
    where
        starts.basis = 'year_end'
        and ends.basis = 'year_end'
),

newest as (
    select *
    from capacities
    qualify row_number() over (
        partition by origin_id, capacity_year
        order by known_on desc, statement_ids asc
    ) = 1
)

select
    later.origin_id,
    later.capacity_year,
    later.wafers_per_year,
    ln(later.wafers_per_year / earlier.wafers_per_year) as log_growth_per_year,
    greatest(later.known_on, earlier.known_on) as known_on,
    earlier.statement_ids || ', ' || later.statement_ids as statement_ids,
from newest as later
inner join newest as earlier
    on
        later.origin_id = earlier.origin_id
        and later.capacity_year = earlier.capacity_year + 1
