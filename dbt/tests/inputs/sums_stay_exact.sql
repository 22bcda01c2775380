-- Sums that do not depend on order add whole numbers in doubles, exact up to 2^53. The largest there
-- are: squared spreads of a chip's quarters and needs weighted by stock (thousandths), and IT power
-- (millionths). A tenth of the bound is kept free for growth.
with largest as (
    select
        'squared spreads' as what,
        sum(pow(units_p95 - units_p05, 2)) * 1e3 as whole_number,
    from {{ ref('int_shipments__chip_totals') }}

    union all

    select
        'needs by stock' as what,
        max(load_wanted * stock) * 3e3 as whole_number,
    from {{ ref('int_balance__needs') }}

    union all

    select
        'IT power' as what,
        max(deployed_it_power_mw) * 1e6 as whole_number,
    from {{ ref('int_balance__supply_draws') }}
)

select *
from largest
where whole_number > 0.9 * pow(2, 53)
