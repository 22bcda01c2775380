-- the codes of the day with the names of what they stand for
select
    codes.chip_id,
    coalesce(chips.chip_name, codes.chip_id) as chip_name,
    chips.vendor,
    chips.released_on,
    codes.destination_country,
    countries.country_name,
    countries.country_name_zh,
    countries.region_id,
    codes.outcome,
    codes.strictness,
    codes.since,
    codes.until,
    codes.control_item,
    codes.policy_id,
    rules.title as rule_title,
    codes.deciding_reason,
    codes.binding_metric,
    codes.binding_value,
    codes.binding_threshold,
    codes.headroom_pct,
    codes.destination_restriction,
    codes.reexport_outcome,
    codes.chinese_buyer_outcome,
    codes.chinese_buyer_reexport_outcome,
from {{ published('bi_chip_status_codes') }} as codes
left join {{ published('dim_chip') }} as chips
    on codes.chip_id = chips.chip_id
left join {{ published('dim_country') }} as countries
    on codes.destination_country = countries.country_code
left join {{ published('dim_policy') }} as rules
    on codes.policy_id = rules.policy_id
