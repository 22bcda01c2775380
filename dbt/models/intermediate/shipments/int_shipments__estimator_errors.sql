-- What one estimator of shipments can be wrong by beyond its own intervals, derived from two sights
-- of it. Rival accounts: the logarithm of rival over estimate, cut into what all buyers of a vendor
-- and year share (common) and what is left by buyer (owner). Neither account is the truth, so each
-- carries half the variance of their difference; what the estimator's own draws already vary is
-- taken off. Revisions: how far a quarter of that age moved from its first public count to the
-- newest.
with rival_counts as (
    select * from {{ ref('int_shipments__rival_counts') }}
),

revisions as (
    select * from {{ ref('int_shipments__revisions') }}
),

central as (
    select
        purchase_id,
        vendor,
        period_start,
        estimator,
        units,
        ln(rival_units / units) as log_ratio,
    from rival_counts
    where
        draw = 0
        and units > 0
),

groups as (
    select
        vendor,
        period_start,
        estimator,
        count(*) as buyers,
        {{ exact_sum('log_ratio', 12) }} / count(*) as mean_log_ratio,
        {{ exact_sum('log_ratio * log_ratio', 12) }} as squares,
    from central
    group by vendor, period_start, estimator
),

-- within: around the mean of the group; common: the means around zero, less what buyers leave in
-- them by chance
observed as (
    select
        count(*) as group_count,
        sum(buyers) as comparisons,
        {{ exact_sum('squares - buyers * mean_log_ratio * mean_log_ratio', 12) }}
        / nullif(sum(buyers - 1), 0) as within_variance,
        {{ exact_sum('mean_log_ratio * mean_log_ratio', 12) }} / count(*) as mean_square,
        {{ exact_sum('1 / buyers', 12) }} / count(*) as mean_inverse_size,
    from groups
),

-- the same two parts of the estimator's own error, over its draws
drawn as (
    select
        rival_counts.vendor,
        rival_counts.period_start,
        rival_counts.estimator,
        rival_counts.draw,
        count(*) as buyers,
        {{ exact_sum('ln(rival_counts.units / central.units)', 12) }} / count(*) as mean_log,
        {{ exact_sum('power(ln(rival_counts.units / central.units), 2)', 12) }} as squares,
    from rival_counts
    inner join central on rival_counts.purchase_id = central.purchase_id
    where
        rival_counts.draw > 0
        and rival_counts.units > 0
    group by
        rival_counts.vendor,
        rival_counts.period_start,
        rival_counts.estimator,
        rival_counts.draw
),

stated as (
    select
        {{ exact_sum('squares - buyers * mean_log * mean_log', 9) }}
        / nullif(sum(buyers - 1), 0) as within_variance,
        {{ exact_sum('mean_log * mean_log', 9) }} / count(*) as mean_square,
    from drawn
),

rival_parts as (
    select
        'common' as component,
        observed.group_count as comparisons,
        greatest(
            0,
            observed.mean_square
            - coalesce(observed.within_variance, 0) * observed.mean_inverse_size
        ) / 2 as variance,
        greatest(
            0,
            stated.mean_square - coalesce(stated.within_variance, 0) * observed.mean_inverse_size
        ) as stated_variance,
    from observed
    cross join stated
    where observed.group_count > 0

    union all

    select
        'owner' as component,
        observed.comparisons,
        observed.within_variance / 2 as variance,
        stated.within_variance as stated_variance,
    from observed
    cross join stated
    where observed.within_variance is not null
),

revision_parts as (
    select
        age_quarters,
        count(*) as comparisons,
        {{ exact_sum('log_revision * log_revision', 12) }} / count(*) as variance,
    from revisions
    where is_revised
    group by age_quarters
)

select
    component,
    null::bigint as age_quarters,
    comparisons::bigint as comparisons,
    sqrt(variance) as log_sd,
    sqrt(stated_variance) as stated_log_sd,
    sqrt(greatest(0, variance - stated_variance)) as extra_log_sd,
from rival_parts

union all

select
    'revision' as component,
    age_quarters,
    comparisons,
    sqrt(variance) as log_sd,
    0 as stated_log_sd,
    -- a younger count is revised by no less than an older one, however few of either there are
    max(sqrt(variance)) over (
        order by age_quarters desc
        rows between unbounded preceding and current row
    ) as extra_log_sd,
from revision_parts
