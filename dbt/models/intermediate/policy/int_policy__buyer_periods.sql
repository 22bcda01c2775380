-- The horizon of a buyer cut wherever a duty, a naming or the group of its headquarters starts or
-- ends, for each destination that concerns it and for all others (`all`).
with buyers as (
    select * from {{ ref('int_policy__buyers') }}
),

duties as (
    select * from {{ ref('int_policy__buyer_duties') }}
),

namings as (
    select * from {{ ref('int_policy__buyer_namings') }}
),

destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

destinations as (
    select country_code
    from destination_codes
    group by country_code
),

-- where the buyer sits, and where an act names it
buyer_destinations as (
    select
        buyers.buyer_id,
        'all' as destination_country,
    from buyers
    union
    select
        buyers.buyer_id,
        buyers.country_code as destination_country,
    from buyers
    inner join destinations using (country_code)
    union
    select
        namings.buyer_id,
        namings.destination_country,
    from namings
),

-- days on which the country of the headquarters is of group D:5 or Macau
seat_days as (
    select
        buyers.buyer_id,
        destination_codes.valid_from,
        destination_codes.valid_to,
    from buyers
    inner join destination_codes
        on
            buyers.headquarters_country = destination_codes.country_code
            and (
                destination_codes.destination_code = 'D:5'
                or destination_codes.destination_code = 'MO'
            )
),

cut_days as (
    select
        buyer_id,
        date '{{ var("horizon_start") }}' as valid_from,
    from buyers
    union
    select buyer_id, valid_from from duties
    union
    select buyer_id, valid_to from duties
    union
    select buyer_id, valid_from from namings
    union
    select buyer_id, valid_to from namings
    union
    select buyer_id, valid_from from seat_days
    union
    select buyer_id, valid_to from seat_days
),

periods as (
    select
        buyer_destinations.buyer_id,
        buyer_destinations.destination_country,
        cut_days.valid_from,
        lead(cut_days.valid_from) over (
            partition by buyer_destinations.buyer_id, buyer_destinations.destination_country
            order by cut_days.valid_from
        ) as valid_to,
    from buyer_destinations
    inner join cut_days using (buyer_id)
    where cut_days.valid_from is not null
)

select
    periods.buyer_id,
    periods.destination_country,
    periods.valid_from,
    periods.valid_to,
    case
        when periods.destination_country = buyers.headquarters_country then 'local'
        when seat_days.buyer_id is not null then 'd5_or_macau'
        else 'local'
    end as buyer_headquarters,
from periods
inner join buyers using (buyer_id)
left join seat_days
    on
        periods.buyer_id = seat_days.buyer_id
        and periods.valid_from >= seat_days.valid_from
        and (seat_days.valid_to is null or periods.valid_from < seat_days.valid_to)
