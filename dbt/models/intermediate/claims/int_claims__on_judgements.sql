-- Claims that a row of the assumptions decides by itself.
with claim_quarters as (
    select * from {{ ref('int_claims__quarters') }}
),

-- what a row of the assumptions says by itself; later years hold their own rows
judged as (
    select
        parameter,
        owner_type,
        valid_from,
        assumption_id,
        value_low,
        value_central,
        value_high,
    from {{ assumption_points('merchant_share', 'software_factor') }}
    where
        (parameter = 'merchant_share' and region_id = 'CN')
        or (parameter = 'software_factor' and origin = 'domestic')
),

kept as (
    select
        'seed-14a' as test_id,
        {{ ends('1 - value_high', '1 - value_central', '1 - value_low') }} as then_points,
        assumption_id as detail,
    from judged
    where owner_type = 'hyperscaler'
),

-- both shares at the ends that bring them together and that hold them apart
offered_less as (
    select
        'seed-15a' as test_id,
        {{ ends(
            'platform.value_low - telecom.value_high',
            'platform.value_central - telecom.value_central',
            'platform.value_high - telecom.value_low'
        ) }} as then_points,
        platform.assumption_id || ', ' || telecom.assumption_id as detail,
    from judged as platform
    inner join judged as telecom on telecom.owner_type = 'telecom'
    where platform.owner_type = 'hyperscaler'
),

software as (
    select
        'seed-28c' as test_id,
        max_by({{ ends('value_low', 'value_central', 'value_high') }}, valid_from)
            filter (where valid_from <= then_quarter) as then_points,
        max_by({{ ends('value_low', 'value_central', 'value_high') }}, valid_from)
            filter (where valid_from <= latest_quarter) as latest_points,
        string_agg(assumption_id, ', ' order by assumption_id) as detail,
    from judged
    cross join claim_quarters
    where parameter = 'software_factor'
)

select
    test_id,
    then_points,
    then_points as latest_points,
    then_points as test_points,
    detail,
from kept
union all
select
    test_id,
    then_points,
    then_points as latest_points,
    then_points as test_points,
    detail,
from offered_less
union all
select
    test_id,
    then_points,
    latest_points,
    then_points as test_points,
    detail,
from software
