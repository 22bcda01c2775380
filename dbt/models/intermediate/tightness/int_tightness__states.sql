-- Tightness of a region by quarter in words and numbers: how far the load that is wanted lies above
-- (or below) the stock, by the quantity side, the price side and both; where it goes; whether the two
-- sides agree and whether that says anything.
with levels as (
    select * from {{ ref('int_tightness__levels') }}
),

readings as (
    select
        side,
        region_id,
        quarter_start,
        any_value(indicators) as indicators,
    from {{ ref('int_tightness__readings') }}
    group by side, region_id, quarter_start
),

price_origins as (
    select
        region_id,
        quarter_start,
        max(known_on) as known_on,
        {{ joined_ids('source_ids') }} as source_ids,
    from {{ ref('int_prices__indicator_rents') }}
    group by region_id, quarter_start
),

quarter_states as (
    select
        region_id,
        quarter_start,
        bool_or(supply_is_nowcast or demand_is_nowcast) as is_nowcast,
    from {{ ref('int_balance__quarter_states') }}
    group by region_id, quarter_start
),

changes as (
    select
        now.region_id,
        now.quarter_start,
        now.draw,
        now.quantity > before.quantity as quantity_rises,
        now.price > before.price as price_rises,
    from levels as now
    inner join levels as before
        on
            now.region_id = before.region_id
            and now.draw = before.draw
            and before.quarter_start = (now.quarter_start - interval 12 month)::date
    where now.draw > 0
),

directions as (
    select
        region_id,
        quarter_start,
        count(*) filter (where quantity_rises) / nullif(count(quantity_rises), 0)
            as direction_quantity,
        count(*) filter (where price_rises) / nullif(count(price_rises), 0) as direction_price,
    from changes
    group by region_id, quarter_start
),

points as (
    select
        region_id,
        quarter_start,
        {{ quantile_points('exp(quantity)') }} as quantity_points,
        {{ quantile_points('exp(price)') }} as price_points,
        {{ quantile_points('exp(both_sides)') }} as both_points,
        {%- for side in ['quantity', 'price', 'both_sides'] %}
        count(*) filter (where draw > 0 and {{ side }} > 0)
        / nullif(count({{ side }}) filter (where draw > 0), 0) as probability_tight_{{ side }},
        {%- endfor %}
        {%- for side in ['quantity', 'price'] %}
        sqrt(greatest(0, (
            {{ exact_sum(side ~ ' * ' ~ side, 8) }}
            - pow({{ exact_sum(side, 8) }}, 2) / count({{ side }})
        ) / nullif(count({{ side }}) - 1, 0))) as {{ side }}_log_sd,
        {%- endfor %}
        any_value(disagreement_z) as disagreement_z,
        any_value(quantity_weight) as quantity_weight,
    from levels
    where draw > 0
    group by region_id, quarter_start
),

-- how old the nearest reading of a side is, before or after
ages as (
    select
        points.region_id,
        points.quarter_start,
        readings.side,
        min(abs(date_diff('quarter', readings.quarter_start, points.quarter_start))) as quarters,
        max(readings.indicators) filter (where readings.quarter_start = points.quarter_start)
            as indicators,
    from points
    inner join readings on points.region_id = readings.region_id
    group by points.region_id, points.quarter_start, readings.side
),

joined as (
    select
        points.*,
        directions.direction_quantity,
        directions.direction_price,
        coalesce(price_ages.indicators, 0) as price_indicators,
        coalesce(quantity_ages.quarters <= {{ var('tightness_reading_age_quarters') }}, false)
        and points.quantity_points is not null as has_quantity,
        coalesce(price_ages.quarters <= {{ var('tightness_reading_age_quarters') }}, false)
        and points.price_points is not null as has_price,
    from points
    left join directions
        on
            points.region_id = directions.region_id
            and points.quarter_start = directions.quarter_start
    left join ages as quantity_ages
        on
            quantity_ages.side = 'quantity'
            and points.region_id = quantity_ages.region_id
            and points.quarter_start = quantity_ages.quarter_start
    left join ages as price_ages
        on
            price_ages.side = 'price'
            and points.region_id = price_ages.region_id
            and points.quarter_start = price_ages.quarter_start
),

judged as (
    select
        *,
        case
            when not (has_quantity and has_price) then 'unknown'
            when abs(disagreement_z) < {{ var('tightness_agreement_z').agree }} then 'agree'
            when abs(disagreement_z) < {{ var('tightness_agreement_z').tension }} then 'tension'
            else 'disagree'
        end as agreement,
        coalesce(
            has_quantity and has_price
            and greatest(quantity_log_sd, price_log_sd)
            <= {{ var('tightness_informative_log_sd') }},
            false
        ) as is_informative,
        coalesce(
            probability_tight_both_sides,
            case when has_quantity then probability_tight_quantity else probability_tight_price end
        ) as probability_for_state,
    from joined
)

select
    judged.region_id,
    judged.quarter_start,
    quantity_points,
    case when has_price then price_points end as price_points,
    case when has_price and has_quantity then both_points end as both_points,
    probability_tight_quantity,
    case when has_price then probability_tight_price end as probability_tight_price,
    case when has_price and has_quantity then probability_tight_both_sides end
        as probability_tight,
    case when has_price and has_quantity then disagreement_z end as disagreement_z,
    case when has_price and has_quantity then quantity_weight end as quantity_weight,
    quantity_log_sd,
    case when has_price then price_log_sd end as price_log_sd,
    price_indicators,
    direction_quantity,
    case when has_price then direction_price end as direction_price,
    agreement,
    is_informative,
    case
        when not has_quantity then 'no load is known within a year'
        when not has_price then 'no rent that speaks of scarcity is known within a year'
        when not is_informative and quantity_log_sd >= price_log_sd
            then 'the quantity side is too wide to contradict anything'
        when not is_informative then 'the price side is too wide to contradict anything'
    end as uninformative_reason,
    case
        when probability_for_state is null then 'unknown'
        {%- for state, probability in var('tightness_state_probabilities').items() %}
        when probability_for_state >= {{ probability }} then '{{ state }}'
        {%- endfor %}
        else 'slack'
    end as state,
    quarter_states.is_nowcast,
    -- neutral levels and responses are judgements
    concat_ws(',', 'assumptions', price_origins.source_ids) as source_ids,
    price_origins.known_on,
    'inferred' as confidence,
from judged
left join price_origins
    on
        judged.region_id = price_origins.region_id
        and judged.quarter_start = price_origins.quarter_start
left join quarter_states
    on
        judged.region_id = quarter_states.region_id
        and judged.quarter_start = quarter_states.quarter_start
