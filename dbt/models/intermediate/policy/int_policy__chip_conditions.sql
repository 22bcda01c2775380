-- Every condition that any rule states, tried on every chip: true, false, or null where the metric
-- is not known. The distance to the threshold is positive while the condition is not met.
with rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

metric_values as (
    select * from {{ ref('int_policy__chip_metric_values') }}
),

conditions as (
    select
        metric,
        operator,
        threshold,
        try_cast(threshold as double) as threshold_number,
    from rule_book
    where
        role in ('clause', 'headroom', 'removal', 'refinement')
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
    from chips
    cross join conditions
    left join metric_values
        on
            chips.chip_id = metric_values.chip_id
            and conditions.metric = metric_values.metric
),

tried as (
    select
        *,
        case
            -- a chip with no release day was not on sale on any day
            when metric = 'released_on' and value_text is null then false
            when value_number is null and value_text is null then null
            when operator in ('in', 'not_in') then
                (instr(concat(';', threshold, ';'), concat(';', value_text, ';')) > 0)
                = (operator = 'in')
            when value_number is not null then
                case operator
                    when '>=' then value_number >= threshold_number
                    when '>' then value_number > threshold_number
                    when '<=' then value_number <= threshold_number
                    when '<' then value_number < threshold_number
                    when '=' then value_number = threshold_number
                    when '!=' then value_number <> threshold_number
                end
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
    from operands
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
