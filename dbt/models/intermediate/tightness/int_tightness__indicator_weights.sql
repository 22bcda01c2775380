-- How much each price indicator counts for what the rents of a region say in a quarter: the inverse of
-- its noise and of the variance of its lasting error over the draws.
with price_signs as (
    select * from {{ ref('int_tightness__price_signs') }}
),

weights as (
    select
        region_id,
        quarter_start,
        indicator,
        chip_id,
        any_value(noise_log_sd) as noise_log_sd,
        1 / (
            pow(any_value(noise_log_sd), 2)
            + (
                {{ exact_sum('log_tightness * log_tightness', 8) }}
                - pow({{ exact_sum('log_tightness', 8) }}, 2) / count(*)
            ) / (count(*) - 1)
        ) as weight,
    from price_signs
    where draw > 0
    group by region_id, quarter_start, indicator, chip_id
)

select
    region_id,
    quarter_start,
    indicator,
    chip_id,
    noise_log_sd,
    weight,
    weight / sum(weight) over (
        partition by region_id, quarter_start
        order by indicator, chip_id
        rows between unbounded preceding and unbounded following
    ) as share,
from weights
