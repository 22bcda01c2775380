-- Which chips have an unknown answer somewhere, and which unpublished figures would settle it?
select
    chip_id,
    string_agg(distinct binding_metric, '; ' order by binding_metric) as missing,
    min(valid_from) as unknown_from,
    count(distinct destination_country) as destinations
from marts.fct_chip_control_status
where
    scenario_id = 'baseline'
    and outcome = 'unknown'
group by chip_id
order by chip_id;
