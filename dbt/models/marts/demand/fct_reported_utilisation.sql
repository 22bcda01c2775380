with utilisation_readings as (
    select * from {{ ref('int_demand__utilisation_readings') }}
),

-- two ends of one stated range are one reading
readings as (
    select
        subject,
        region_id,
        segment,
        on_date,
        metric,
        min(value_pct) as value_low_pct,
        max(value_pct) as value_high_pct,
        string_agg(distinct qualifier, ',' order by qualifier) as qualifiers,
        string_agg(observation_id, ',' order by observation_id) as observation_ids,
        max(chip_count) as chip_count,
        string_agg(distinct source_id, ',' order by source_id) as source_ids,
        max(known_on) as known_on,
        -- from the strongest to the weakest grade
        max_by(
            confidence,
            list_position(['reported', 'estimated', 'modelled', 'inferred'], confidence)
        ) as confidence,
    from utilisation_readings
    where metric is not null
    group by subject, region_id, segment, on_date, metric
)

select
    subject,
    region_id,
    segment,
    on_date,
    metric,
    -- a range counts by its middle
    (value_low_pct + value_high_pct) / 2 as value_pct,
    value_low_pct,
    value_high_pct,
    qualifiers,
    chip_count,
    observation_ids,
    source_ids,
    known_on,
    confidence,
from readings
