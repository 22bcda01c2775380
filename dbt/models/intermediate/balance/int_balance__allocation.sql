-- Who gets the chips of a region, in shares of its stock, on every draw, scenario and access. Every
-- workload keeps what it was served, scaled down where that is more than there is; the slack goes
-- to what was wanted beyond: the least flexible work first (rule 1), or in proportion (rule 2).
-- Nothing may take more than suits it: large jobs the large clusters, all training the
-- training-grade chips. What nobody wants is offered to each workload in turn, so supplies do not
-- add up over workloads.
with needs as (
    select * from {{ ref('int_balance__needs') }}
),

constants as (
    select * from {{ constant_points('allocation_rule') }}
),

kept_large as (
    select
        needs.*,
        constants.allocation_rule as rule,
        least(1, 1 / nullif(needs.load_served, 0)) as scale,
        1 - needs.idle_share as available,
        least(
            needs.need_served_large * least(1, 1 / nullif(needs.load_served, 0)), needs.large_share
        ) as keep_large,
    from needs
    cross join constants
    where needs.load_served is not null
),

kept as (
    select
        *,
        least(need_served_small * scale, grade_share - keep_large) as keep_small,
        need_served_inference * scale as keep_inference,
    from kept_large
),

slack as (
    select
        *,
        greatest(0, available - keep_large - keep_small - keep_inference) as slack,
        greatest(0, need_wanted_large - keep_large) as unmet_large,
        greatest(0, need_wanted_small - keep_small) as unmet_small,
        greatest(0, need_wanted_inference - keep_inference) as unmet_inference,
    from kept
),

-- under rule 2 each workload may ask for its part of the slack only
asked as (
    select
        *,
        case
            when rule = 2
                then least(1, slack / nullif(unmet_large + unmet_small + unmet_inference, 0))
            else 1
        end as asked_part,
    from slack
),

with_large as (
    select
        *,
        least(unmet_large * coalesce(asked_part, 1), slack, large_share - keep_large) as add_large,
    from asked
),

with_small as (
    select
        *,
        least(
            unmet_small * coalesce(asked_part, 1),
            slack - add_large,
            grade_share - keep_large - add_large - keep_small
        ) as add_small,
    from with_large
),

with_inference as (
    select
        *,
        least(unmet_inference * coalesce(asked_part, 1), slack - add_large - add_small)
            as add_inference,
    from with_small
),

shares as (
    select
        *,
        keep_large + add_large as got_large,
        keep_small + add_small as got_small,
        keep_inference + add_inference as got_inference,
        -- what is left by the last digits of a double is nothing
        round(slack - add_large - add_small - add_inference, 12) as surplus,
    from with_inference
),

supplied as (
    select
        *,
        {%- for workload, suitable_share in {
            'large': 'least(large_share, grade_share - got_small)',
            'small': 'grade_share - got_large',
            'inference': '1.0',
        }.items() %}
        usable_{{ workload }}
        * least(got_{{ workload }} + surplus, {{ suitable_share }})
        / nullif({{ {'large': 'large_share', 'small': 'grade_share'}.get(workload, '1.0') }}, 0)
            as supply_{{ workload }},
        {%- endfor %}
    from shares
)

select
    scenario_id,
    quarter_start,
    region_id,
    access,
    draw,
    got_large,
    got_small,
    got_inference,
    surplus,
    idle_share,
    wanted_large,
    wanted_small,
    wanted_inference,
    {%- for workload in ['large', 'small', 'inference'] %}
    -- what is met in full, with nothing left, is the demand itself to the last digit
    case
        when {{ difference('supply_' ~ workload, 'wanted_' ~ workload) }} = 0
            then wanted_{{ workload }}
        else greatest(
            supply_{{ workload }},
            case when add_{{ workload }} >= unmet_{{ workload }} then wanted_{{ workload }} end
        )
    end as supply_{{ workload }},
    {%- endfor %}
from supplied
