-- What is left, some quarters after delivery, of chips that were delivered together, on every draw:
-- the share not retired, and the share that is also deployed. A lag of L quarters lets the part 1 -
-- (L - floor(L)) in after floor(L) quarters and the rest one quarter later. Deliveries fall in the
-- middle of their quarter on average, so at its end they are half a quarter old.
with quarters as (
    select * from {{ ref('int_reference__quarters') }}
),

lags as (
    select
        region_id,
        draw,
        value as lag_quarters,
    from {{ assumption_draws('deployment_lag') }}
),

lives as (
    select
        draw,
        weibull_scale as scale_years,
        weibull_shape as shape,
    from {{ constant_draws('weibull_scale', 'weibull_shape') }}
),

-- ages up to those that the first deliveries reach in the quarters of the outlook
ages as (
    select unnest(range(0, count(*) + {{ var('outlook_quarters_ahead') }})) as age_quarters
    from quarters
),

kernels as (
    select
        lags.region_id,
        ages.age_quarters::integer as age_quarters,
        lags.draw,
        exp(-power((ages.age_quarters + 0.5) / 4 / lives.scale_years, lives.shape))
            as surviving_share,
        least(1, greatest(0, ages.age_quarters + 1 - lags.lag_quarters)) as arrived_share,
        -- the same one quarter before; nothing has arrived before the quarter of delivery
        case
            when ages.age_quarters = 0 then 0
            else exp(-power((ages.age_quarters - 0.5) / 4 / lives.scale_years, lives.shape))
        end as surviving_share_before,
        case
            when ages.age_quarters = 0 then 0
            else least(1, greatest(0, ages.age_quarters - lags.lag_quarters))
        end as arrived_share_before,
    from lags
    inner join lives on lags.draw = lives.draw
    cross join ages
)

select
    region_id,
    age_quarters,
    draw,
    surviving_share,
    arrived_share,
    arrived_share * surviving_share as deployed_share,
    arrived_share_before * surviving_share_before as deployed_share_before,
    -- chips that die on the way to their hall never count as added
    (arrived_share - arrived_share_before) * surviving_share as added_share,
from kernels
