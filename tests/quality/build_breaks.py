"""Breaks of the tables of a finished build: SQL that is taken back after the check has looked."""

from tests.quality.breaks import Break, BuildBreak

_SHIPMENTS = "marts.fct_chip_shipments"
_LISTED = "intermediate.int_shipments__listed_shipments"
_OWNED = "intermediate.int_shipments__owner_shipments"

BUILD_BREAKS: list[Break] = [
    BuildBreak(
        "units of one owner slip by a thousand",
        "fct_chip_shipments.units_are_plausible",
        (f"update {_SHIPMENTS} set units_p50 = units_p50 * 1000 where owner = 'Meta'",),
    ),
    BuildBreak(
        "two quarters of shipments are swapped",
        "running_totals_and_quarters.quarters_are_steps_of_the_running_total",
        (
            f"update {_LISTED} set quarter_start = case quarter_start "
            "when date '2023-04-01' then date '2024-04-01' else date '2023-04-01' end "
            "where quarter_start in (date '2023-04-01', date '2024-04-01') "
            "and chip_id = 'nvidia-h100-sxm'",
        ),
    ),
    BuildBreak(
        "an owner is counted twice, under a second name",
        "owners_and_chip_totals.owners_make_the_chip_total",
        (
            f"insert into {_OWNED} select * replace ('Facebook' as owner) from {_OWNED} "
            "where owner = 'Meta'",
        ),
    ),
    BuildBreak(
        "an owner is lost",
        "owners_and_chip_totals.owners_make_the_whole",
        (f"delete from {_OWNED} where owner = 'Oracle'",),
    ),
    BuildBreak(
        "all shipments are dated a month late",
        "names_fct_chip_shipments.quarter_start_is_a_first_day",
        (f"update {_SHIPMENTS} set quarter_start = quarter_start + interval 1 month",),
    ),
    BuildBreak(
        "fiscal rows are counted beside calendar rows",
        "shipment_totals_by_quarter.growth_is_plausible",
        (
            f"insert into {_SHIPMENTS} by name select date_trunc('quarter', period_start)::date "
            "as quarter_start, chip_label as chip_id, owner, false as is_partial_quarter, "
            "units_p50, h100e_p50 as h100e_8bit_p50 from "
            "staging.stg_epoch_chip_counts__chip_shipments_quarterly "
            "where period_basis = 'fiscal_quarter' and h100e_p50 is not null "
            "and period_start >= date '2023-10-01'",
        ),
    ),
    BuildBreak(
        "versions of the shipment estimate are mixed",
        "shipment_versions.one_version_of_a_chip_and_quarter",
        (
            f"update {_SHIPMENTS} set vintage_id = 'epoch-2026-01-28' "
            "where quarter_start = date '2024-01-01' and owner = 'Google'",
        ),
    ),
    BuildBreak(
        "H20 and H800 shipments change places",
        "shipment_equivalents.factor_is_the_published_one",
        (
            f"update {_SHIPMENTS} set chip_id = case chip_id when 'nvidia-h20' then 'nvidia-h800' "
            "else 'nvidia-h20' end where chip_id in ('nvidia-h20', 'nvidia-h800')",
        ),
    ),
    BuildBreak(
        "the specifications of H20 and H800 change places",
        "dim_chip.h20_is_the_weak_one",
        (
            "update marts.dim_chip set total_processing_performance = case chip_id "
            "when 'nvidia-h20' then 15824.0 else 2368.0 end "
            "where chip_id in ('nvidia-h20', 'nvidia-h800')",
        ),
    ),
    BuildBreak(
        "the head office of an American owner moves to China",
        "fct_chip_shipments.american_owners_are_american",
        (f"update {_SHIPMENTS} set owner_region_id = 'CN' where owner = 'Microsoft'",),
    ),
    BuildBreak(
        "Hong Kong is put into the rest of the world",
        "dim_country.china_with_its_territories",
        ("update marts.dim_country set region_id = 'ROW' where country_code = 'HK'",),
    ),
    BuildBreak(
        "the 5 and 95 % points of all shipments are swapped",
        "names_fct_chip_shipments.units_p05_to_p95_in_order",
        (f"update {_SHIPMENTS} set units_p05 = units_p95, units_p95 = units_p05",),
    ),
    BuildBreak(
        "an amount turns negative",
        "names_fct_chip_shipments.units_p05_not_negative",
        (f"update {_SHIPMENTS} set units_p05 = -units_p05 where owner = 'Google'",),
    ),
    BuildBreak(
        "a row rests on what became known after the as-of day",
        "names_fct_chip_shipments.known_on_up_to_as_of",
        (f"update {_SHIPMENTS} set known_on = date '2099-01-01' where owner = 'Amazon'",),
    ),
    BuildBreak(
        "a month of rents is missing",
        "rental_price_months.months_are_covered",
        ("delete from marts.fct_rental_price where month_start = date '2024-09-01'",),
    ),
    BuildBreak(
        "yuan are taken for dollars",
        "fct_rental_price.chinese_rents_are_yuan_turned_to_dollars",
        (
            "update marts.fct_rental_price set usd_per_gpu_hour_p50 = usd_per_gpu_hour_p50 * 7.2 "
            "where region_id = 'CN'",
        ),
    ),
    BuildBreak(
        "exchange rates are turned round",
        "exchange_rates.yuan_per_dollar",
        (
            "alter view staging.stg_exchange_rates__fx_rates rename to good_rates",
            "create view staging.stg_exchange_rates__fx_rates as "
            "select * replace (1 / rate as rate) from staging.good_rates",
        ),
    ),
    BuildBreak(
        "the rate of the yen stands under the yuan",
        "exchange_rates.steps_are_small",
        (
            "alter view staging.stg_exchange_rates__fx_rates rename to good_rates",
            "create view staging.stg_exchange_rates__fx_rates as "
            "select * replace (case when quote = 'CNY' and period_start = date '2024-01-01' "
            "then 148.6 else rate end as rate) from staging.good_rates",
        ),
    ),
    BuildBreak(
        "one month of the yuan is another currency's",
        "monthly_exchange_rates.months_make_their_quarter",
        (
            "alter view staging.stg_exchange_rates__fx_months rename to good_months",
            "create view staging.stg_exchange_rates__fx_months as "
            "select * replace (case when quote = 'CNY' and period_start = date '2024-02-01' "
            "then 7.8 else rate end as rate) from staging.good_months",
        ),
    ),
    BuildBreak(
        "a month of rates is missing",
        "monthly_exchange_rates.months_follow_each_other",
        (
            "alter view staging.stg_exchange_rates__fx_months rename to good_months",
            "create view staging.stg_exchange_rates__fx_months as "
            "select * from staging.good_months where period_start <> date '2024-02-01'",
        ),
    ),
    BuildBreak(
        "reserved and on-demand prices change places",
        "rental_price_by_commitment.reserved_is_cheaper",
        (
            "update marts.fct_rental_price set commitment = case commitment "
            "when 'on_demand' then 'reserved_3y' else 'on_demand' end "
            "where commitment in ('on_demand', 'reserved_3y')",
        ),
    ),
    BuildBreak(
        "megawatts are entered as kilowatts",
        "fct_datacenter_site.watts_per_h100e_are_plausible",
        (
            "update marts.fct_datacenter_site set it_power_mw = it_power_mw * 1000 "
            "where site_id = 'google-new-albany'",
        ),
    ),
    BuildBreak(
        "copies of a site's timeline are mixed",
        "site_steps.copies_are_not_mixed",
        (
            "insert into marts.fct_datacenter_site by name select site_id, on_date, "
            "construction_status as status, h100e as h100e_8bit, is_projection, vintage_on from "
            "staging.stg_datacenter_sites__site_timeline_revisions "
            "where vintage_on = date '2025-12-13' and on_date < date '2022-01-01'",
        ),
    ),
    BuildBreak(
        "projections that a later level has overtaken are kept",
        "site_steps.overtaken_projections_are_gone",
        (
            "insert into marts.fct_datacenter_site by name select site_id, on_date, "
            "construction_status as status, h100e as h100e_8bit, is_projection, vintage_on from "
            "staging.stg_datacenter_sites__site_timeline_revisions "
            "where vintage_on = date '2026-08-03' and is_projection "
            "and on_date <= date '2026-09-24'",
        ),
    ),
    BuildBreak(
        "a region is added to the world a second time",
        "fct_datacenter_capacity.world_is_the_sum_of_regions",
        (
            "update marts.fct_datacenter_capacity set h100e_8bit_tracked = 2 * h100e_8bit_tracked "
            "where region_id = 'US' and quarter_start = date '2026-01-01'",
        ),
    ),
    BuildBreak(
        "a site is lost from one country",
        "sites_and_national_sums.countries_add_up",
        (
            "delete from marts.fct_datacenter_site where site_id = ("
            "select site_id from marts.fct_datacenter_site where country_code = 'MY' "
            "and on_date = vintage_on order by h100e_8bit desc limit 1)",
        ),
    ),
    BuildBreak(
        "percentages of use are given as shares",
        "fct_reported_utilisation.not_given_as_shares",
        ("update marts.fct_reported_utilisation set value_pct = value_pct / 100",),
    ),
    BuildBreak(
        "a training run slips in its exponent",
        "training_runs.largest_run_is_plausible",
        (
            "alter view staging.stg_training_runs__training_runs rename to good_runs",
            "create view staging.stg_training_runs__training_runs as "
            "select * replace (case when model_id = (select max(model_id) from staging.good_runs) "
            "then 1e28 else training_compute_flop end as training_compute_flop) "
            "from staging.good_runs",
        ),
    ),
    BuildBreak(
        "the effect of a rule changes its sign",
        "impact_and_supply.impact_is_the_difference_of_supplies",
        (
            "update marts.fct_policy_impact set h100e_p50 = -h100e_p50 "
            "where scenario_id = 'no-us-chip-rules'",
        ),
    ),
    BuildBreak(
        "an effect that nobody knows is taken for zero",
        "fct_policy_impact.unknown_is_not_zero",
        ("update marts.fct_policy_impact set h100e_p50 = 0 where not is_quantified",),
    ),
    BuildBreak(
        "a scenario drops draws that hold in what happened",
        "fct_compute_balance.scenarios_share_the_draws",
        (
            "update marts.fct_compute_balance set draws_used = draws_used - 40 "
            "where scenario_id = 'diversion-stopped' and draws_used > 0",
        ),
    ),
    BuildBreak(
        "intervals of a chip's status overlap",
        "fct_chip_control_interval.no_gap_no_overlap",
        (
            "update marts.fct_chip_control_interval set valid_to = valid_to + interval 30 day "
            "where chip_id = 'nvidia-h800' and valid_to is not null",
        ),
    ),
    BuildBreak(
        "a stretch of a chip's status is lost",
        "fct_chip_control_interval.one_open_interval",
        (
            "delete from marts.fct_chip_control_interval where chip_id = 'nvidia-h20' "
            "and valid_to is null",
        ),
    ),
    BuildBreak(
        "the rule of October 2023 is not applied",
        "control_status_anchors.h800_closed_by_the_letter",
        (
            "update marts.dim_control_answer set outcome = 'not_controlled' "
            "where chip_id = 'nvidia-h800'",
        ),
    ),
    BuildBreak(
        "an act vanishes that listings and regimes name",
        "policy_ids_resolve.every_policy_is_known",
        ("delete from marts.dim_policy where policy_id = 'us-2022-10-ifr'",),
    ),
    BuildBreak(
        "a label comes that no list knows",
        "fct_unresolved_label.every_label_is_listed",
        (
            "insert into marts.fct_unresolved_label (entity, used_in_table, used_in_column, label, "
            "row_count) values ('chip', 'stg_x', 'chip_id', 'nvidia-x1', 1)",
        ),
    ),
    BuildBreak(
        "a document is loaded twice",
        "meta_document.no_document_twice",
        (
            "insert into meta.document select * from meta.document "
            "where source_id = 'exchange_rates'",
        ),
    ),
    BuildBreak(
        "rows get lost between reading and loading",
        "meta_document.rows_add_up",
        (
            "update meta.document set rows_accepted = rows_accepted - 7 "
            "where source_id = 'rental_quotes'",
        ),
    ),
    BuildBreak(
        "a source states no licence",
        "meta_source.licence_is_stated",
        ("update meta.source set licence = null where source_id = 'trade_flows'",),
    ),
    BuildBreak(
        "a document feeds a mart without being known",
        "meta_lineage.documents_are_known",
        ("delete from meta.document where source_id = 'chip_specs'",),
    ),
    BuildBreak(
        "a table is emptied since the last release",
        "release_rows.no_mart_was_emptied",
        ("delete from marts.fct_entity_listing",),
    ),
    BuildBreak(
        "a third of a table is cut off since the last release",
        "release_rows.rows_do_not_drop",
        ("delete from marts.fct_rental_price where month_start < date '2023-10-01'",),
    ),
    BuildBreak(
        "a join doubles a table since the last release",
        "release_rows.rows_do_not_multiply",
        tuple(
            "insert into marts.fct_reported_utilisation by name select * replace "
            f"(subject || '{suffix}' as subject) from marts.fct_reported_utilisation"
            for suffix in (" a", " b")
        ),
    ),
    BuildBreak(
        "a whole column slips by a thousand since the last release",
        "release_sums.values_do_not_slip",
        ("update marts.fct_datacenter_site set h100e_8bit = h100e_8bit * 1000",),
    ),
    BuildBreak(
        "months of one provider are passed off as broad",
        "fct_rental_price_index.thin_months_are_marked",
        ("update marts.fct_rental_price_index set is_thin = false",),
    ),
    BuildBreak(
        "a share of the cost floor is read as percent",
        "fct_gpu_hour_cost.components_make_the_central_cost",
        ("update marts.fct_gpu_hour_cost set operations_usd = operations_usd * 100",),
    ),
    BuildBreak(
        "China's rent is taken from abroad",
        "fct_scarcity_premium.china_pays_chinese_rents",
        (
            "update marts.fct_scarcity_premium set price_region_id = 'WORLD' "
            "where chip_id = 'nvidia-h20'",
        ),
    ),
]
