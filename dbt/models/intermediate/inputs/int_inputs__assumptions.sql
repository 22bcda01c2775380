-- The assumptions with their scope as columns, parsed once. Every model that uses one reads it
-- here.
with assumptions as (
    select * from {{ ref('stg_assumptions__assumptions') }}
),

-- `a=1;b=2` as a map; the words without a key (all, draws) leave it empty
scopes as (
    select
        *,
        map_from_entries(
            list_transform(
                list_filter(string_split(applies_to, ';'), pair -> contains(pair, '=')),
                pair -> {
                    'key': split_part(pair, '=', 1),
                    'value': substr(pair, strpos(pair, '=') + 1)
                }
            )
        ) as scope,
    from assumptions
),

-- `all` and its like mean that the row holds whatever the value: null, which joins to anything
parsed as (
    select
        *,
        nullif(
            case
                when contains(scope['owner'], ':') then split_part(scope['owner'], ':', 1)
                else scope['region']
            end,
            'all'
        ) as region_id,
        scope['also'] as also_region_id,
        case
            when scope['chip'] not in ('all', 'without own row') then scope['chip']
        end as chip_id,
        case
            when not contains(scope['owner'], ':') and not starts_with(scope['owner'], 'all')
                then scope['owner']
        end as owner,
        coalesce(
            scope['owner_type'],
            case
                when contains(scope['owner'], ':') then split_part(scope['owner'], ':', 2)
            end
        ) as owner_type,
        nullif(scope['owner_group'], 'all') as owner_group,
        nullif(scope['origin'], 'all') as origin,
        scope['workload'] as workload_id,
        scope['series'] as series,
        scope['price_class'] as price_class,
        scope['location_group'] as location_group,
        scope['chain'] as chain,
        scope['reading']::integer as reading,
        scope['scale'] as job_scale,
        scope['epoch_confidence'] as epoch_confidence,
        scope['quarter_of_year']::integer as quarter_of_year,
        -- classes of training runs by their compute: `1e23<=flop<1e25`, open at either end
        regexp_extract(scope['class'], '^([0-9.e+]+)<=flop', 1) as class_from_left,
        regexp_extract(scope['class'], 'flop>=([0-9.e+]+)', 1) as class_from_right,
        regexp_extract(scope['class'], 'flop<([0-9.e+]+)', 1) as class_below,
        scope['date']::date as on_date,
        case
            when regexp_matches(scope['year'], '^[0-9]{4}')
                then make_date(substr(scope['year'], 1, 4)::integer, 1, 1)
            when scope['quarter'] like '%-each'
                then make_date(substr(scope['quarter'], 1, 4)::integer, 1, 1)
            -- `2022Q3-2024Q4`, open where it ends in the dash
            when regexp_matches(scope['period'], '^[0-9]{4}Q[1-4]-')
                then make_date(
                    substr(scope['period'], 1, 4)::integer,
                    3 * substr(scope['period'], 6, 1)::integer - 2,
                    1
                )
            else coalesce(scope['quarter'], nullif(scope['from'], ''))::date
        end as valid_from,
        case
            when regexp_matches(scope['year'], '^[0-9]{4}')
                then make_date(right(scope['year'], 4)::integer + 1, 1, 1)
            when scope['quarter'] like '%-each'
                then make_date(substr(scope['quarter'], 1, 4)::integer + 1, 1, 1)
            when scope['quarter'] is not null
                then (scope['quarter']::date + interval 3 month)::date
            when regexp_matches(scope['period'], '-[0-9]{4}Q[1-4]$')
                then (
                    make_date(
                        substr(scope['period'], 8, 4)::integer,
                        3 * right(scope['period'], 1)::integer - 2,
                        1
                    )
                    + interval 3 month
                )::date
            else (nullif(scope['to'], '')::date + interval 1 day)::date
        end as stated_valid_to,
    from scopes
),

-- the scope without its time: rows that share it are one parameter at several times
grouped as (
    select
        *,
        concat_ws(
            '|',
            parameter,
            coalesce(region_id, ''),
            coalesce(origin, ''),
            coalesce(owner, owner_type, owner_group, ''),
            coalesce(workload_id, ''),
            coalesce(series, ''),
            coalesce(price_class, location_group, chain, ''),
            coalesce(reading::varchar, ''),
            coalesce(quarter_of_year::varchar, ''),
            coalesce(scope['market'], '')
        ) as scope_key,
        coalesce(valid_from, on_date) as time_key,
    from parsed
),

-- Where every row has a year of its own, the chip only says in what the parameter is counted that
-- year (the kind that is smuggled, say), and the rows are one family.
scope_sizes as (
    select
        scope_key,
        count(scope['year']) = count(*)
        and count(distinct time_key) = count(*) as chip_goes_with_year,
    from grouped
    group by scope_key
),

families as (
    select
        grouped.*,
        case
            when scope_sizes.chip_goes_with_year then grouped.scope_key
            else concat_ws('|', grouped.scope_key, coalesce(grouped.chip_id, ''))
        end as family_key,
    from grouped
    inner join scope_sizes on grouped.scope_key = scope_sizes.scope_key
),

ordered as (
    select
        *,
        lead(valid_from) over (
            partition by family_key
            order by valid_from
        ) as next_valid_from,
        count(*) filter (where time_key is not null) over (partition by family_key)
            as rows_in_family,
    from families
)

select
    assumption_id,
    parameter,
    region_id,
    also_region_id,
    chip_id,
    owner,
    owner_type,
    owner_group,
    origin,
    workload_id,
    series,
    price_class,
    location_group,
    chain,
    reading,
    job_scale,
    epoch_confidence,
    quarter_of_year,
    coalesce(nullif(class_from_left, ''), nullif(class_from_right, ''))::double as flop_from,
    nullif(class_below, '')::double as flop_below,
    on_date,
    valid_from,
    -- the last year or quarter of a family also holds for later ones; stated ends are kept
    case
        when next_valid_from is not null or scope['from'] is not null then stated_valid_to
    end as valid_to,
    value_low,
    value_central,
    value_high,
    value_low = value_high as is_constant,
    unit,
    case
        when distribution = 'lognormal' then 'log'
        when distribution = 'beta' then 'logit'
        when distribution = 'triangular' and starts_with(unit, 'share') then 'logit'
        else 'identity'
    end as fit_scale,
    case when rows_in_family > 1 then family_key end as family_key,
    string_split(regexp_extract(used_by, '^[0-9]+(, [0-9]+)*'), ', ') as sections,
    -- words in brackets name checks, bounds and the structure of the draws
    not contains(used_by, '(check')
    and not contains(used_by, '(structure') as is_driver,
    source_id,
from ordered
