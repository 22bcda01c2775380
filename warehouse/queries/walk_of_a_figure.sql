-- How does a figure of the balance come about, step by step on the central path?
select
    section,
    step,
    operation,
    operand,
    value,
    published_p50,
    explanation,
    assumption_ids,
from marts.fct_balance_walk
where
    region_id = 'CN'
    and quarter_start = date '2023-10-01'
    and workload_id = 'training_large'
    and access = 'all'
order by place;
