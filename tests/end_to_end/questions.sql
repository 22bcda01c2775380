-- 1. How did supply and demand of large training in China develop?
select quarter_label, supply_h100e_p50, demand_h100e_p50, coverage_p50 from bi.balance where region_id = 'CN' and workload_id = 'training_large' order by quarter_start;
-- 2. Where is the shortage of the last printable quarter most probable?
select quarter_label, region_name, workload_name, shortage_probability from bi.balance where is_printable order by quarter_start desc, shortage_probability desc limit 3;
-- 3. What did those who rent get in 2025, against what they wanted?
select quarter_label, region_name, workload_name, supply_h100e_p50, demand_h100e_p50 from bi.balance_merchant where quarter_label like '2025%' order by quarter_start, region_id, workload_id;
-- 4. Draw the band of inference in the United States.
select quarter_label, statistic, supply_h100e from bi.balance_long where region_id = 'US' and workload_id = 'inference' order by quarter_start, statistic;
-- 5. How much of the stock is busy, by region?
select quarter_label, region_name, load_wanted_p50 from bi.load order by quarter_start, region_id;
-- 6. How much compute is delivered, powered and usable in China at the end of 2025?
select nominal.training_h100e_p50 as delivered, powered.training_h100e_p50 as powered, usable.training_large_h100e_p50 as usable from bi.supply_nominal as nominal inner join bi.supply_powered as powered using (quarter_start, region_id) inner join bi.supply_usable as usable using (quarter_start, region_id) where region_id = 'CN' and nominal.quarter_label = '2025Q4';
-- 7. What share of powered compute stands in the United States?
select quarter_label, sum(training_h100e_p50) filter (where region_id = 'US') / sum(training_h100e_p50) as us_share from bi.supply_powered group by quarter_start, quarter_label order by quarter_start;
-- 8. What makes up the demand for inference?
select quarter_label, component, sum(h100e_p50) as h100e from bi.demand_parts where workload_id = 'inference' group by quarter_start, quarter_label, component order by quarter_start, component;
-- 9. How much of what is wanted is not served?
select quarter_label, region_name, workload_name, 1 - served_h100e_p50 / wanted_h100e_p50 as unserved_share from bi.demand where wanted_h100e_p50 > 0 order by quarter_start, region_id, workload_id;
-- 10. What did the American chip rules cost China in large training?
select quarter_label, training_large_h100e_p05, training_large_h100e_p50, training_large_h100e_p95 from bi.policy_effect where region_id = 'CN' order by quarter_start;
-- 11. Can an H20 go to China today, and under which rule?
select outcome, rule_title, since from bi.chip_status_today where chip_id = 'nvidia-h20' and destination_country = 'CN';
-- 12. Which chips need a licence for China today, though not for Singapore?
select cn.chip_name, cn.outcome from bi.chip_status_today as cn inner join bi.chip_status_today as sg using (chip_id) where cn.destination_country = 'CN' and sg.destination_country = 'SG' and cn.strictness > sg.strictness order by cn.chip_name;
-- 13. How many chips are closed to each destination today?
select country_name, count(*) filter (where strictness >= 4) as closed from bi.chip_status_today group by country_name order by closed desc, country_name limit 10;
-- 14. How does a buyer with a Chinese parent fare in Malaysia?
select chip_name, outcome, chinese_buyer_outcome from bi.chip_status_today where destination_country = 'MY' and outcome <> chinese_buyer_outcome order by chip_name;
-- 15. Which rules came in 2023?
select effective_on, title, source_url from bi.rules where year(effective_on) = 2023 order by effective_on, title;
-- 16. What did an H100 cost per hour in the United States, on demand?
select month_start, provider_type, usd_per_gpu_hour_p50 from bi.rents where chip_id = 'nvidia-h100-sxm' and region_id = 'US' order by month_start, provider_type;
-- 17. How much cheaper is an H100 that is reserved for a year?
select rents.month_start, rents.region_name, 1 - reserved.usd_per_gpu_hour_p50 / rents.usd_per_gpu_hour_p50 as discount from bi.rents as rents inner join bi.rents_reserved as reserved using (month_start, region_name, chip_id, provider_type) where reserved.commitment = 'reserved_1y' and chip_id = 'nvidia-h100-sxm' order by month_start, region_name;
-- 18. Are rents of the H100 falling?
select month_start, index_value, change_pct from bi.rent_index_world where chip_id = 'nvidia-h100-sxm' order by month_start;
-- 19. Is an H100-hour dear because it is scarce?
select quarter_label, region_name, price_usd, cost_usd_p50, premium_p50 from bi.rent_premium where chip_id = 'nvidia-h100-sxm' order by quarter_start, region_id;
-- 20. In what state was each market, and do the two sides agree?
select quarter_label, region_name, state, agreement from bi.tightness order by quarter_start, region_id;
-- 21. Who received most compute in 2025?
select owner, sum(h100e_8bit_p50) as h100e from bi.shipments where quarter_label like '2025%' group by owner order by h100e desc limit 5;
-- 22. Which chips make up the stock of China?
select chip_name, origin, sum(units_closing) as units from bi.chips_installed where region_id = 'CN' and quarter_label = '2025Q4' group by chip_name, origin order by units desc limit 10;
-- 23. How much of what American firms own stands abroad?
select quarter_label, sum(h100e_8bit_p50) filter (where region_id <> 'US') / sum(h100e_8bit_p50) as abroad_share from bi.owner_stock where owner_region_id = 'US' group by quarter_start, quarter_label order by quarter_start;
-- 24. Which sites come online in the next years, and how large?
select due_on, site_name, owner, country_name_zh, added_it_power_mw from bi.sites_ahead order by due_on, site_name;
-- 25. Was the practitioner of December 2023 right?
select verdict, count(*) as claims from bi.claims group by verdict order by claims desc;
-- 26. How many A800 replace 100 H100 in large training?
select from_chip_name, to_chip_name, training_large_cards_per_100_p50 from bi.chip_substitution where from_chip_id = 'nvidia-h100-sxm' and to_chip_id = 'nvidia-a800';
