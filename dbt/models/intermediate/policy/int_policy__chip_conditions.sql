-- Every condition that any rule states, tried on every chip: true, false, or null where the metric
-- is not known. A bound decides where it suffices. The distance to the threshold is positive while
-- the condition is not met.
with rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

metric_values as (
    select * from {{ ref('int_policy__chip_metric_values') }}
),

metric_bounds as (
    select * from {{ ref('int_policy__chip_metric_bounds') }}
),

conditions as (
    select
        metric,
        operator,
        threshold,
        try_cast(threshold as double) as threshold_number,
    from rule_book
    where
        role in ('clause', 'headroom', 'removal', 'refinement', 'flag')
        and metric is not null
    group by metric, operator, threshold
),

chips as (
    select chip_id
    from metric_values
    group by chip_id
),

-- a metric that no column of the spec table holds is as unknown as an empty cell
operands as (
    select
        chips.chip_id,
        conditions.metric,
        conditions.operator,
        conditions.threshold,
        conditions.threshold_number,
        metric_values.value_number,
        metric_values.value_text,
        coalesce(metric_values.value_number, metric_bounds.lowest_value) as lowest_value,
        coalesce(metric_values.value_number, metric_bounds.highest_value) as highest_value,
        metric_values.value_number is null and coalesce(metric_bounds.is_above_lowest, false)
            as is_above_lowest,
        metric_values.value_number is null and coalesce(metric_bounds.is_below_highest, false)
            as is_below_highest,
    from chips
    cross join conditions
    left join metric_values
        on
            chips.chip_id = metric_values.chip_id
            and conditions.metric = metric_values.metric
    left join metric_bounds
        on
            chips.chip_id = metric_bounds.chip_id
            and conditions.metric = metric_bounds.metric
),

-- where the possible values lie: all at or above the threshold, all above it, and so on
placed as (
    select
        *,
        lowest_value >= threshold_number as is_at_least,
        lowest_value > threshold_number
        or (lowest_value = threshold_number and is_above_lowest) as is_above,
        highest_value <= threshold_number as is_at_most,
        highest_value < threshold_number
        or (highest_value = threshold_number and is_below_highest) as is_below,
    from operands
),

tried as (
    select
        *,
        case
            -- a chip with no release day was not on sale on any day
            when metric = 'released_on' and value_text is null then false
            when value_text is null and threshold_number is not null then
                -- on neither side for certain: undecided
                case
                    when operator = '>=' and is_at_least then true
                    when operator = '>=' and is_below then false
                    when operator = '>' and is_above then true
                    when operator = '>' and is_at_most then false
                    when operator = '<=' and is_at_most then true
                    when operator = '<=' and is_above then false
                    when operator = '<' and is_below then true
                    when operator = '<' and is_at_least then false
                    when operator in ('=', '!=') and value_number is not null
                        then (value_number = threshold_number) = (operator = '=')
                    when operator in ('=', '!=') and (is_above or is_below) then operator = '!='
                end
            when value_number is null and value_text is null then null
            when operator in ('in', 'not_in') then
                (instr(concat(';', threshold, ';'), concat(';', value_text, ';')) > 0)
                = (operator = 'in')
            else
                case operator
                    when '>=' then value_text >= threshold
                    when '>' then value_text > threshold
                    when '<=' then value_text <= threshold
                    when '<' then value_text < threshold
                    when '=' then value_text = threshold
                    when '!=' then value_text <> threshold
                end
        end as is_met,
    from placed
)

-- From below a threshold the distance counts upwards, from above downwards; a property that a chip
-- has or has not is a whole step away.
select
    chip_id,
    metric,
    operator,
    threshold,
    is_met,
    value_number,
    value_text,
    lowest_value,
    highest_value,
    is_above_lowest,
    is_below_highest,
    threshold_number,
    case
        when operator in ('>=', '>')
            then 100 * (threshold_number - value_number) / nullif(threshold_number, 0)
        when operator in ('<', '<=')
            then 100 * (value_number - threshold_number) / nullif(threshold_number, 0)
        when is_met then 0
        when not is_met then 100
    end as headroom_pct,
from tried
