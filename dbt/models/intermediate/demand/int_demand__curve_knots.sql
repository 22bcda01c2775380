-- Points of the curves that inference demand is read from, on every draw. American tokens: anchors,
-- then Google's volume times the judged coverage of its year. Chinese tokens: the national total,
-- and Doubao over its share of the country. Compute per token: its yearly values at mid-year. A
-- token curve without a single published volume has no points at all.
with token_observations as (
    select * from {{ ref('int_demand__token_observations') }}
),

doubao_shares as (
    select
        draw,
        token_share as share,
    from {{ constant_draws('token_share') }}
),

curves as (
    select
        unnest(['us', 'cn_national', 'cn_doubao']) as curve,
        unnest(['google', 'national', 'doubao']) as series,
        unnest(['US', 'CN', 'CN']) as region_id,
        unnest([null, 'national', 'Doubao']) as anchor_series,
),

observed_curves as (
    select curves.*
    from curves
    where curves.series in (select series from token_observations)
),

-- an anchor fills the time before the first published volume
first_observed as (
    select
        series,
        min(on_date) as on_date,
    from token_observations
    group by series
),

anchors as (
    select
        observed_curves.curve,
        observed_curves.series,
        judged.on_date,
        judged.assumption_id as point_id,
        judged.draw,
        judged.value,
        false as is_observed,
    from observed_curves
    inner join first_observed on observed_curves.series = first_observed.series
    inner join {{ assumption_draws('token_anchor') }} as judged
        on
            observed_curves.region_id = judged.region_id
            and observed_curves.anchor_series is not distinct from judged.series
            and judged.on_date < first_observed.on_date
),

american as (
    select
        'us' as curve,
        token_observations.series,
        token_observations.on_date,
        token_observations.token_id as point_id,
        coverages.draw,
        token_observations.tokens_per_day * coverages.value as value,
        true as is_observed,
    from token_observations
    inner join {{ assumption_draws('token_scope_factor') }} as coverages
        on
            coverages.region_id = 'US'
            and coverages.valid_from <= token_observations.on_date
            and coalesce(coverages.valid_to > token_observations.on_date, true)
    where token_observations.series = 'google'
),

chinese as (
    select
        observed_curves.curve,
        token_observations.series,
        token_observations.on_date,
        token_observations.token_id as point_id,
        doubao_shares.draw,
        token_observations.tokens_per_day,
        true as is_observed,
        doubao_shares.share,
    from token_observations
    inner join observed_curves on token_observations.series = observed_curves.series
    cross join doubao_shares
    where observed_curves.region_id = 'CN'
),

chinese_points as (
    select
        curve,
        series,
        on_date,
        point_id,
        draw,
        tokens_per_day as volume,
        is_observed,
        share,
    from chinese

    union all

    select
        anchors.curve,
        anchors.series,
        anchors.on_date,
        anchors.point_id,
        anchors.draw,
        anchors.value as volume,
        anchors.is_observed,
        doubao_shares.share,
    from anchors
    inner join doubao_shares on anchors.draw = doubao_shares.draw
    where anchors.curve <> 'us'
),

compute_per_token as (
    select
        'compute_per_token' as curve,
        null as series,
        (valid_from + interval 6 month)::date as on_date,
        assumption_id as point_id,
        draw,
        value,
        true as is_observed,
    from {{ assumption_draws('h100e_per_1e12_tokens_day') }}
)

select
    curve,
    on_date,
    point_id,
    draw,
    value,
    is_observed,
from american

union all

select
    curve,
    on_date,
    point_id,
    draw,
    value,
    is_observed,
from anchors
where curve = 'us'

union all

select
    curve,
    on_date,
    point_id,
    draw,
    case when series = 'doubao' then volume / share else volume end as value,
    is_observed,
from chinese_points

union all

select
    curve,
    on_date,
    point_id,
    draw,
    value,
    is_observed,
from compute_per_token
