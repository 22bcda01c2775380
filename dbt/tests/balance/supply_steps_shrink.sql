-- No step of supply makes chips, on every draw: deployed within nominal, powered within deployed,
-- suitable within powered, merchant within usable. Usable may exceed suitable only where the draw's
-- utilisation lies above the reference one. The tolerance is a hundredth of an H100: steps are
-- added in thousandths. It holds for the worlds of scenarios as well.
with supply as (
    select * from {{ ref('int_supply__region_supply') }}
    union all by name
    select * from {{ ref('int_balance__scenario_supply') }}
),

factors as (
    select
        draw,
        greatest(1, max(large_utilisation)) as large_factor,
        greatest(1, max(small_utilisation)) as small_factor,
    from {{ ref('int_supply__work_factors') }}
    group by draw
)

select supply.*
from supply
inner join factors on supply.draw = factors.draw
where
    supply.deployed_training > supply.nominal_training + 0.01
    or supply.deployed_inference > supply.nominal_inference + 0.01
    or supply.powered_training > supply.deployed_training + 0.01
    or supply.powered_inference > supply.deployed_inference + 0.01
    or supply.suitable_small > supply.powered_training + 0.01
    or supply.suitable_large > supply.suitable_small + 0.01
    or supply.usable_large > supply.suitable_large * factors.large_factor + 0.01
    or supply.usable_small > supply.suitable_small * factors.small_factor + 0.01
    or supply.usable_inference > supply.suitable_inference + 0.01
    or supply.merchant_large > supply.usable_large + 0.01
    or supply.merchant_small > supply.usable_small + 0.01
    or supply.merchant_inference > supply.usable_inference + 0.01
