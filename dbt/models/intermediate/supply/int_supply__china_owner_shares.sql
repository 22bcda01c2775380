-- Who owns the Chinese stock, on every draw: published nowhere, so judged shares by origin, which
-- add up to one after they are normalised.
select
    region_id,
    origin,
    owner_type,
    draw,
    value / sum(value) over (
        partition by region_id, origin, draw
        order by owner_type
        rows between unbounded preceding and unbounded following
    ) as owner_share,
from {{ assumption_draws('cn_owner_share') }}
