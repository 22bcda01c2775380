-- Shares that workloads get are never negative, never more than the stock, and training never holds
-- chips that do not suit it. The tolerance is that of double arithmetic.
select
    allocation.*,
    needs.grade_share,
    needs.large_share,
from {{ ref('int_balance__allocation') }} as allocation
inner join {{ ref('int_balance__needs') }} as needs
    using (scenario_id, quarter_start, region_id, access, draw)
where
    least(
        allocation.got_large, allocation.got_small, allocation.got_inference, allocation.surplus
    ) < -1e-9
    or allocation.got_large > needs.large_share + 1e-9
    or allocation.got_large + allocation.got_small > needs.grade_share + 1e-9
    or (
        needs.load_served <= 1
        and allocation.got_large + allocation.got_small + allocation.got_inference
        + allocation.surplus + allocation.idle_share > 1 + 1e-9
    )
    -- what nobody wants is left only when everybody who can use it has enough
    or (
        allocation.surplus > 1e-9
        and allocation.got_inference < needs.need_wanted_inference - 1e-9
    )
