-- Since when, and under which rule, could the H800 not be exported to China?
select
    valid_from,
    valid_to,
    outcome,
    policy_id,
    headroom_pct,
from marts.fct_chip_control_status
where
    scenario_id = 'baseline'
    and chip_id = 'nvidia-h800'
    and destination_country = 'CN'
    and buyer_headquarters = 'local'
    and transaction = 'export'
order by valid_from;
