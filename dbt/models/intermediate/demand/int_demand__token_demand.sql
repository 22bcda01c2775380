-- Inference that tokens ask for, by the region in which it is served, on every draw. American
-- providers serve a part abroad; the rest of the world adds its own tokens. The Chinese volume is
-- the larger of the two readings, never a mean of them: the scopes differ and neither is wrong.
with curves as (
    select * from {{ ref('int_demand__curves') }}
),

factors as (
    select
        draw,
        max(value) filter (where parameter = 'serving_region_share') as served_in_us,
        max(value) filter (where parameter = 'token_scope_factor' and region_id = 'CN')
            as china_scope,
        max(value) filter (where parameter = 'token_scope_factor' and region_id = 'ROW')
            as row_own_tokens,
        max(value) filter (where parameter = 'model_size_factor' and region_id = 'US')
            as us_model_size,
        max(value) filter (where parameter = 'model_size_factor' and region_id = 'CN')
            as china_model_size,
        max(value) filter (where parameter = 'nontoken_factor') as nontoken_factor,
    from {{ assumption_draws(
        'serving_region_share', 'token_scope_factor', 'model_size_factor', 'nontoken_factor'
    ) }}
    group by draw
),

quarterly as (
    select
        quarter_start,
        draw,
        max(value) filter (where curve = 'us') as us_tokens,
        greatest(
            max(value) filter (where curve = 'cn_national'),
            max(value) filter (where curve = 'cn_doubao')
        ) as china_tokens,
        max(value) filter (where curve = 'compute_per_token') as h100e_per_1e12,
        bool_or(is_extrapolated) filter (where curve = 'us') as us_is_extrapolated,
        -- extrapolated once the last of the two readings has ended
        bool_and(is_extrapolated) filter (where curve in ('cn_national', 'cn_doubao'))
            as china_is_extrapolated,
    from curves
    group by quarter_start, draw
),

-- models abroad are American ones or of their size
by_region as (
    select
        'US' as region_id,
        quarterly.quarter_start,
        quarterly.draw,
        quarterly.us_tokens * factors.served_in_us as tokens_per_day,
        factors.us_model_size as model_size,
        quarterly.us_is_extrapolated as is_extrapolated,
        quarterly.h100e_per_1e12,
        factors.nontoken_factor,
    from quarterly
    inner join factors on quarterly.draw = factors.draw

    union all

    select
        'ROW' as region_id,
        quarterly.quarter_start,
        quarterly.draw,
        quarterly.us_tokens * (1 - factors.served_in_us + factors.row_own_tokens)
            as tokens_per_day,
        factors.us_model_size as model_size,
        quarterly.us_is_extrapolated as is_extrapolated,
        quarterly.h100e_per_1e12,
        factors.nontoken_factor,
    from quarterly
    inner join factors on quarterly.draw = factors.draw

    union all

    select
        'CN' as region_id,
        quarterly.quarter_start,
        quarterly.draw,
        quarterly.china_tokens * factors.china_scope as tokens_per_day,
        factors.china_model_size as model_size,
        quarterly.china_is_extrapolated as is_extrapolated,
        quarterly.h100e_per_1e12,
        factors.nontoken_factor,
    from quarterly
    inner join factors on quarterly.draw = factors.draw
)

select
    region_id,
    quarter_start,
    draw,
    tokens_per_day,
    tokens_per_day / 1e12 * h100e_per_1e12 * model_size as tokens_h100e,
    tokens_per_day / 1e12 * h100e_per_1e12 * model_size * (nontoken_factor - 1)
        as nontoken_generative_h100e,
    is_extrapolated,
from by_region
where tokens_per_day is not null
