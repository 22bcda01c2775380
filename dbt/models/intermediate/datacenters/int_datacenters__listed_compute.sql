{{ config(materialized='view') }}
-- How much of the compute with a known holder belongs to listed parties at the end of a quarter.
-- The list `any` counts a holder once, however many lists it stands on.
with held_compute as (
    select * from {{ ref('int_datacenters__held_compute') }}
),

listed_organisations as (
    select * from {{ ref('int_policy__listed_organisations') }}
),

-- WORLD is the sum of the regions
placed as (
    select * from held_compute
    union all
    select * replace ('WORLD' as region_id)
    from held_compute
    where region_id is not null
),

lists as (
    select list
    from listed_organisations
    group by list
    union all
    select 'any' as list
),

assets as (
    select
        placed.*,
        lists.list,
        exists(
            select 1
            from listed_organisations
            where
                placed.organisation_id = listed_organisations.organisation_id
                and lists.list in (listed_organisations.list, 'any')
                and placed.quarter_end >= listed_organisations.listed_on
                and (
                    listed_organisations.removed_on is null
                    or placed.quarter_end < listed_organisations.removed_on
                )
        ) as is_listed,
    from placed
    cross join lists
)

-- sums in a fixed order: the last digits of a sum depend on the order of its parts
select
    quarter_start,
    region_id,
    list,
    basis,
    count(*) as assets,
    count(*) filter (where is_listed) as listed_assets,
    string_agg(distinct organisation_id, ',' order by organisation_id) filter (where is_listed)
        as listed_organisation_ids,
    sum(size order by asset_id) as total_size,
    sum(case when is_listed then size else 0 end order by asset_id) as listed_size,
    string_agg(distinct source_id, ',' order by source_id) as source_ids,
    max(known_on) as known_on,
    -- from the strongest to the weakest grade
    max_by(
        confidence,
        list_position(['reported', 'estimated', 'modelled', 'inferred'], confidence)
    ) as confidence,
from assets
group by quarter_start, region_id, list, basis
