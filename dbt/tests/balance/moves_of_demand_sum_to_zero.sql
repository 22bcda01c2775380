-- What leaves some regions arrives in others, on every draw, and the components of a region's
-- demand add up to what runs and tokens say of it. Sums are kept to a thousandth of an H100.
with demand as (
    select * from {{ ref('int_demand__regional_demand') }}
),

moves as (
    select
        quarter_start,
        workload_id,
        draw,
        sum(coalesce(moved_in, 0)) - sum(coalesce(moved_out, 0)) as difference,
    from demand
    group by quarter_start, workload_id, draw
),

components as (
    select
        quarter_start,
        workload_id,
        draw,
        runs_tokens_h100e - (
            coalesce(observed_runs, 0)
            + coalesce(unobserved_runs, 0)
            + coalesce(experiments, 0)
            + coalesce(small_runs, 0)
            + coalesce(base_load, 0)
            + coalesce(tokens, 0)
            + coalesce(nontoken_generative, 0)
            + coalesce(moved_in, 0)
            - coalesce(moved_out, 0)
        ) as difference,
        runs_tokens_h100e,
    from demand
)

select
    quarter_start,
    workload_id,
    draw,
    difference,
from moves
where abs(difference) > 0.01

union all

select
    quarter_start,
    workload_id,
    draw,
    difference,
from components
where abs(difference) > 1e-6 * greatest(runs_tokens_h100e, 1)
