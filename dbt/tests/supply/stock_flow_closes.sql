-- On the central path, in units: opening + added - retired = closing, nothing comes back from
-- retirement, and a quarter opens with what the one before closed with. Stocks are sums of
-- millionths of a chip, which the tolerance allows for.
with installed_base as (
    select
        *,
        lag(units_closing) over stock as closing_before,
        lag(quarter_start) over stock as quarter_before,
    from {{ ref('fct_installed_base') }}
    window stock as (
        partition by region_id, chip_id, owner_type, origin
        order by quarter_start
    )
)

select *
from installed_base
where
    abs(units_opening + units_added - units_retired - units_closing) > 1e-3
    or units_retired < -1e-3
    or units_added < 0
    or abs(units_opening - closing_before) > 1e-3
    or quarter_before <> (quarter_start - interval 3 month)::date
