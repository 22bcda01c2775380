-- Countries that the licence rows cannot tell apart: the same codes in use on the same days. A
-- class is called by its first country.
with destination_codes as (
    select * from {{ ref('int_policy__destination_codes') }}
),

rules as (
    select * from {{ ref('int_policy__rules_by_scenario') }}
),

codes_in_use as (
    select destination_group as destination_code
    from rules
    where role = 'licence'
    group by destination_group
),

destinations as (
    select country_code
    from destination_codes
    group by country_code
),

contents as (
    select
        country_code,
        string_agg(
            concat_ws(
                '|', destination_code, cast(valid_from as varchar), cast(valid_to as varchar)
            ),
            ';' order by destination_code, valid_from
        ) as codes,
    from destination_codes
    inner join codes_in_use using (destination_code)
    group by country_code
)

select
    destinations.country_code,
    min(destinations.country_code) over (partition by contents.codes) as destination_class_id,
from destinations
left join contents using (country_code)
