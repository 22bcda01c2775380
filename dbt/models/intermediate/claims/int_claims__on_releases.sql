-- Claims on when chips were released, and on which node.
with chips as (
    select * from {{ ref('int_reference__chips') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

new_nodes as (
    select
        'seed-33a' as test_id,
        {{ range_ends('process_nm', 'released_on <= then_end') }} as then_points,
        {{ range_ends('process_nm', 'released_on > then_end') }} as latest_points,
        latest_points as test_points,
        count(*) filter (where released_on > then_end) || ' chips released since, '
        || count(process_nm) filter (where released_on > then_end) || ' with a known node'
            as detail,
    from chip_specs
    cross join claim_quarters
    where vendor_country = 'CN' and is_datacenter
),

-- the fastest chip of a day of release, where it is faster than all before it
releases as (
    select
        released_on,
        max(dense_fp16_tflops) as tflops,
        arg_max(chip_id, (dense_fp16_tflops, chip_id)) as chip_id,
    from chips
    where
        vendor = 'nvidia'
        and is_datacenter
        and not is_composite
        and market_variant_of is null
        and released_on is not null
        and dense_fp16_tflops is not null
    group by released_on
),

records as (
    select *
    from releases
    qualify
        tflops > coalesce(
            max(tflops) over (
                order by released_on rows between unbounded preceding and 1 preceding
            ),
            0
        )
),

cadence as (
    select
        chip_id,
        released_on,
        -- days to months of a mean year
        date_diff('day', lag(released_on) over (order by released_on), released_on)
        * 12 / 365.25 as months,
    from records
),

cadences as (
    select
        'seed-35a' as test_id,
        max_by(months, released_on) filter (where released_on <= then_end) as then_months,
        max_by(months, released_on) filter (where released_on <= latest_end) as latest_months,
        coalesce(bool_or(released_on > then_end and released_on <= latest_end), false)
            as has_new_generation,
        string_agg(chip_id || ' ' || released_on, ', ' order by released_on) as detail,
    from cadence
    cross join claim_quarters
)

select * from new_nodes
union all
select
    test_id,
    {{ ends('then_months', 'then_months', 'then_months') }} as then_points,
    {{ ends('latest_months', 'latest_months', 'latest_months') }} as latest_points,
    -- a generation that began since the interview is needed for a comparison
    case
        when has_new_generation
            then {{ ends(
                'latest_months / then_months',
                'latest_months / then_months',
                'latest_months / then_months'
            ) }}
    end as test_points,
    detail,
from cadences
