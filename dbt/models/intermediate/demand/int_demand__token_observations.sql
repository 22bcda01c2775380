-- Published token volumes that describe one volume over time: Google over all its products,
-- ByteDance's Doubao, and the Chinese total. Left out are parts of a volume (APIs, marketplaces),
-- peaks, analysts' estimates beside a company's own statement, and a floor that only repeats the
-- one before.
with token_volumes as (
    select * from {{ ref('stg_token_volumes__token_volumes') }}
),

ordered as (
    select
        *,
        lag(tokens_per_day) over (
            partition by series
            order by on_date
        ) as tokens_before,
    from token_volumes
    where
        series is not null
        and confidence <> 'estimated'
)

select
    token_id,
    series,
    on_date,
    tokens_per_day,
    source_id,
    known_on,
    confidence,
from ordered
where tokens_per_day is distinct from tokens_before
