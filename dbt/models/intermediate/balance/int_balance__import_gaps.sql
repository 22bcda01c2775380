-- What part of China's shortfall of imports is left in the world of a scenario, on every draw. The
-- shortfall is what China would take with no rule at all (its share of the maker's deliveries in
-- H100 equivalents of training) less what it imports by the rules. Nothing is left where imports
-- reach that share; a scenario that opens nothing leaves all of it.
with counterfactual_flows as (
    select * from {{ ref('int_balance__counterfactual_flows') }}
),

scenario_quarters as (
    select * from {{ ref('int_balance__scenario_quarters') }}
),

vendor_flows as (
    select * from {{ ref('int_supply__vendor_flows') }}
),

-- the row of the share says in the flows to whose deliveries it applies
free_shares as (
    select
        scenario_quarters.source_vendor,
        shares.draw,
        max(shares.value) as free_share,
    from {{ assumption_draws('counterfactual_share') }} as shares
    inner join scenario_quarters
        on shares.assumption_id = scenario_quarters.assumption_id
    where
        -- the share with no rule names no chip that a rule made
        scenario_quarters.counterfactual_chip_id is null
    group by scenario_quarters.source_vendor, shares.draw
),

imports as (
    select
        vendor_flows.quarter_start,
        vendor_flows.draw,
        max(free_shares.free_share) * {{ exact_sum(
            "case when vendor_flows.piece in ('tracked', 'diverted')"
            ~ ' then vendor_flows.h100e_training end'
        ) }} as free_imports,
        {{ exact_sum(
            "case when vendor_flows.region_id = 'CN'"
            ~ " and vendor_flows.piece in ('tracked', 'licensed')"
            ~ ' then vendor_flows.h100e_training else 0 end'
        ) }} as imports,
    from vendor_flows
    inner join free_shares
        on
            vendor_flows.vendor = free_shares.source_vendor
            and vendor_flows.draw = free_shares.draw
    group by vendor_flows.quarter_start, vendor_flows.draw
),

opened as (
    select
        scenario_id,
        quarter_start,
        draw,
        {{ exact_sum('counterfactual_h100e_training - actual_h100e_training') }} as opened,
    from counterfactual_flows
    where origin = 'foreign'
    group by scenario_id, quarter_start, draw
)

select
    opened.scenario_id,
    opened.quarter_start,
    opened.draw,
    imports.free_imports,
    imports.imports,
    opened.opened,
    case
        when imports.free_imports <= imports.imports + opened.opened then 0
        else least(
            1,
            (imports.free_imports - imports.imports - opened.opened)
            / nullif(greatest(imports.free_imports - imports.imports, 0), 0)
        )
    end as gap_left,
from opened
inner join imports
    on
        opened.quarter_start = imports.quarter_start
        and opened.draw = imports.draw
