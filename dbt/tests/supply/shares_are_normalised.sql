-- What must add up does so on every draw: kinds of owner within an origin, the quarters of a judged
-- year, and the quarters of domestic output with their noise (years that the grid holds whole).
with owner_sums as (
    select
        'owners of ' || origin || ' stock' as what,
        draw,
        sum(owner_share) as total,
    from {{ ref('int_supply__china_owner_shares') }}
    group by origin, draw
),

quarterly as (
    select
        'domestic_units' as parameter,
        chip_id,
        date_trunc('year', quarter_start)::date as year_start,
        draw,
        sum(units) as units,
        count(*) as quarters,
    from {{ ref('int_supply__china_arrivals') }}
    where piece = 'domestic'
    group by all

    union all

    select
        parameter,
        chip_id,
        date_trunc('year', quarter_start)::date as year_start,
        draw,
        sum(units) as units,
        count(*) as quarters,
    from {{ ref('int_supply__yearly_totals') }}
    group by all
),

yearly as (
    select
        parameter,
        chip_id,
        valid_from as year_start,
        draw,
        value as units,
    from {{ assumption_draws('domestic_units', 'cn_other_cards', 'diverted_units') }}
),

quarter_sums as (
    select
        quarterly.parameter || ' of ' || quarterly.chip_id || ' in ' || quarterly.year_start as what,
        quarterly.draw,
        quarterly.units / yearly.units as total,
    from quarterly
    inner join yearly using (parameter, chip_id, year_start, draw)
    where quarterly.quarters = 4
),

sums as (
    select * from owner_sums
    union all
    select * from quarter_sums
)

select *
from sums
where abs(total - 1) > 1e-9
