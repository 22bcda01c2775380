-- What the confrontation asks for and no mart holds: quantities on every draw, out of the
-- intermediate models of a build. Thousand H100 equivalents unless said otherwise.

-- the middle first, as the page prints it
create temp macro spread(quantity) as quantile_cont(quantity, [0.5, 0.05, 0.95]);

create temp macro spread_if(quantity, condition) as
    quantile_cont(quantity, [0.5, 0.05, 0.95]) filter (where condition);

-- dense 16-bit EFLOPS as thousand H100
create temp macro as_h100(eflops) as eflops * 1e3 / (
    select dense_fp16_tflops from marts.dim_chip where chip_id = 'nvidia-h100-sxm'
);

create temp view published as
select
    row_id,
    value,
from staging.stg_national_compute__national_compute_capacity
union all
select
    driver_id,
    value,
from staging.stg_demand_drivers__demand_drivers
union all
select
    purchase_id,
    units,
from staging.stg_owner_purchase_estimates__owner_purchase_estimates
union all
select
    fact_id,
    value_central,
from staging.stg_demand_money_facts__demand_money_facts;

create temp macro stated(id) as (select value from published where row_id = id);

-- Chips at their 16-bit peaks, those without a data sheet at their training ratio.
create temp view ratios_16bit as
select
    chip_draws.chip_id,
    chip_draws.draw,
    coalesce(
        as_h100(chips.dense_fp16_tflops) / 1e3, chip_draws.h100e_training
    ) as ratio,
from intermediate.int_supply__chip_draws as chip_draws
inner join intermediate.int_reference__chips as chips using (chip_id);

-- One row per quarter and draw: what was delivered to China and not retired, and of that what is
-- deployed.
create temp view china_16bit as
with parts as (
    select
        quarters.quarter_start,
        arrivals.draw,
        arrivals.units * ratios_16bit.ratio * kernels.surviving_share as delivered,
        arrivals.units * ratios_16bit.ratio * kernels.deployed_share as deployed,
    from intermediate.int_supply__arrivals as arrivals
    inner join intermediate.int_reference__quarters as quarters
        on arrivals.quarter_start <= quarters.quarter_start
    inner join intermediate.int_supply__kernels as kernels
        on
            arrivals.region_id = kernels.region_id
            and arrivals.draw = kernels.draw
            and date_diff('quarter', arrivals.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
    inner join ratios_16bit
        on
            arrivals.chip_id = ratios_16bit.chip_id
            and arrivals.draw = ratios_16bit.draw
    where arrivals.region_id = 'CN'

    union all

    select
        opening_survival.quarter_start,
        opening_stock.draw,
        opening_stock.units * ratios_16bit.ratio * opening_survival.surviving_share as delivered,
        opening_stock.units * ratios_16bit.ratio * opening_survival.surviving_share as deployed,
    from intermediate.int_supply__opening_stock as opening_stock
    inner join intermediate.int_supply__opening_survival as opening_survival
        on
            opening_stock.chip_id = opening_survival.chip_id
            and opening_stock.draw = opening_survival.draw
    inner join ratios_16bit
        on
            opening_stock.chip_id = ratios_16bit.chip_id
            and opening_stock.draw = ratios_16bit.draw
    where opening_stock.region_id = 'CN'
)

select
    quarter_start,
    draw,
    sum(delivered) / 1e3 as delivered,
    sum(deployed) / 1e3 as deployed,
from parts
where draw > 0
group by quarter_start, draw;

-- One row per quarter, region, owner, origin and draw of what happened.
create temp view stock as
select
    stock.* exclude (scenario_id),
    stock.deployed_8bit * region_shares.powered_share as powered_8bit,
from intermediate.int_supply__stock as stock
inner join intermediate.int_supply__region_shares as region_shares
    using (quarter_start, region_id, origin, draw)
where
    stock.scenario_id = 'baseline'
    and stock.draw > 0;

create temp view carriers as
select
    stock.quarter_start,
    stock.draw,
    sum(stock.deployed_training * shares.owner_share) / 1e3 as deployed,
from stock
inner join intermediate.int_supply__china_owner_shares as shares using (region_id, origin, draw)
where shares.owner_type = 'telecom'
group by stock.quarter_start, stock.draw;

create temp view fleets as
select
    quarter_start,
    owner,
    draw,
    sum(powered_8bit) / 1e3 as powered,
from stock
group by quarter_start, owner, draw;

create temp view diverted as
select
    quarter_start,
    draw,
    100 * sum(deployed_training_grade) filter (where origin = 'diverted')
    / sum(deployed_training_grade) as share_pct,
from stock
where region_id = 'CN'
group by quarter_start, draw;

-- One row per quarter, region and draw of what happened.
create temp view regions as
select
    supply.quarter_start,
    supply.region_id,
    supply.draw,
    supply.deployed_8bit,
    100 * supply.powered_training / supply.nominal_training as powered_pct,
    100 * supply.usable_small / supply.suitable_small as usable_pct,
    100 * supply.deployed_8bit
    / sum(supply.deployed_8bit) over (partition by supply.quarter_start, supply.draw)
        as world_pct,
from intermediate.int_supply__region_supply as supply
where
    supply.scenario_id = 'baseline'
    and supply.draw > 0;

create temp view bought as
select
    delivery_draws.chip_id,
    delivery_draws.owner,
    delivery_draws.draw,
    year(delivery_draws.quarter_start) as year,
    sum(delivery_draws.units) / 1e3 as chips,
from intermediate.int_shipments__delivery_draws as delivery_draws
where delivery_draws.draw > 0
group by all;

create temp view needs as
select
    quarter_start,
    region_id,
    draw,
    load_served,
    100 * need_served_inference / (need_served_large + need_served_small + need_served_inference)
        as inference_pct,
from intermediate.int_balance__needs
where
    scenario_id = 'baseline'
    and access = 'all'
    and draw > 0;

-- Work served outside China as the stock that it takes, where it is known in both regions.
create temp view served_abroad as
select
    quarter_start,
    draw,
    sum(needs.load_served * regions.deployed_8bit) / 1e3 as busy,
    sum(regions.deployed_8bit) / 1e3 as deployed,
from needs
inner join regions using (quarter_start, region_id, draw)
where region_id in ('US', 'ROW')
group by quarter_start, draw
having count(*) = 2;

-- One row per quarter, vendor, owner and draw: what was delivered in the world and is not retired,
-- at 16-bit peaks, for mid and end of 2024.
create temp view delivered_16bit as
with parts as (
    select
        quarters.quarter_start,
        arrivals.chip_id,
        arrivals.owner,
        arrivals.draw,
        arrivals.units * kernels.surviving_share as units,
    from intermediate.int_supply__arrivals as arrivals
    inner join intermediate.int_reference__quarters as quarters
        on arrivals.quarter_start <= quarters.quarter_start
    inner join intermediate.int_supply__kernels as kernels
        on
            arrivals.region_id = kernels.region_id
            and arrivals.draw = kernels.draw
            and date_diff('quarter', arrivals.quarter_start, quarters.quarter_start)
            = kernels.age_quarters
    where quarters.quarter_start in ('2024-04-01', '2024-10-01')

    union all

    select
        opening_survival.quarter_start,
        opening_stock.chip_id,
        opening_stock.owner,
        opening_stock.draw,
        opening_stock.units * opening_survival.surviving_share as units,
    from intermediate.int_supply__opening_stock as opening_stock
    inner join intermediate.int_supply__opening_survival as opening_survival
        on
            opening_stock.chip_id = opening_survival.chip_id
            and opening_stock.draw = opening_survival.draw
    where opening_survival.quarter_start in ('2024-04-01', '2024-10-01')
)

select
    parts.quarter_start,
    chips.vendor,
    parts.owner,
    parts.draw,
    sum(parts.units * ratios_16bit.ratio) / 1e3 as h100e,
from parts
inner join ratios_16bit using (chip_id, draw)
inner join intermediate.int_reference__chips as chips using (chip_id)
where parts.draw > 0
group by all;

create temp view counted as
select
    chip_id,
    quarter_start,
    draw,
    sum(units) / 1e3 as chips,
from intermediate.int_shipments__delivery_draws
where draw > 0
group by all;

-- One row per party, year and draw: what its claims come to at the end of the year all over the
-- world, with what the account of each can miss. Google's research and its own models served are one
-- laboratory.
create temp view claims_in_use as
with parts as (
    select
        case
            when segment in ('google_research', 'google_serving') then 'google_deepmind'
            else segment
        end as party,
        -- the quarter that ends with the year and the one that follows it
        year(quarter_start - interval 3 month) as year,
        quarter_start,
        draw,
        sum(h100e_8bit * factor) / 1e3 as h100e,
    from intermediate.int_demand__claims
    inner join intermediate.int_demand__claim_errors using (segment, quarter_start, draw)
    where
        month(quarter_start) in (1, 10)
        and draw > 0
    group by all
)

select
    party,
    year,
    draw,
    exp(avg(ln(h100e))) as h100e,
from parts
group by all;
