{{ config(materialized='view') }}
-- Where every label of a chip, organisation, country or policy is used, with the weight behind it,
-- and whether it leads to an id. The list below says per column what weighs: units, H100
-- equivalents, dollars or training FLOP; a column without any is weighed by its rows. Vintages and
-- running totals repeat the shipments and are left out.
{%- set uses = [
    ('chip', 'int_shipments__chip_shipments', 'chip_label', 'units_p50', 'h100e_p50', none, none),
    ('chip', 'stg_owner_purchase_estimates__owner_purchase_estimates', 'chip_label', 'units', none, none, none),
    ('chip', 'stg_china_supply__domestic_accelerator_production', 'chip_label', 'units_central', none, none, none),
    ('chip', 'stg_china_supply__china_licensed_supply_events', 'chip_label', 'units_central', none, none, none),
    ('chip', 'stg_diversion_estimates__diversion_estimates', 'chip_label', 'units_central', none, 'value_usd', none),
    ('chip', 'stg_compute_clusters__clusters', 'chip_label', 'chip_count', 'h100e', none, none),
    ('chip', 'stg_rental_quotes__rental_quotes', 'chip_label', none, none, none, none),
    ('chip', 'stg_china_prices__china_rental_and_hardware_prices', 'chip_label', none, none, none, none),
    ('chip', 'stg_hardware_prices__hardware_prices', 'chip_label', none, none, none, none),
    ('chip', 'stg_price_events__price_events', 'chip_label', none, none, none, none),
    ('chip', 'stg_training_runs__training_runs', 'chip_label', 'chip_count', none, none, 'incremental_compute_flop'),
    ('chip', 'stg_efficiency_observations__efficiency_observations', 'chip_label', none, none, none, none),
    ('chip', 'stg_mlperf_training__mlperf_training_results', 'chip_label', none, none, none, none),
    ('chip', 'stg_model_serving__model_serving_facts', 'chip_label', none, none, none, none),
    ('chip', 'stg_substitution_ratios__substitution_ratios', 'from_chip_label', none, none, none, none),
    ('chip', 'stg_substitution_ratios__substitution_ratios', 'to_chip_label', none, none, none, none),
    ('organisation', 'int_shipments__chip_shipments', 'owner', 'units_p50', 'h100e_p50', none, none),
    ('organisation', 'stg_owner_purchase_estimates__owner_purchase_estimates', 'buyer', 'units', none, none, none),
    ('organisation', 'stg_china_supply__domestic_accelerator_production', 'vendor', 'units_central', none, none, none),
    ('organisation', 'stg_china_supply__china_accelerator_market', 'vendor', 'units', none, 'value_usd_m * 1000000', none),
    ('organisation', 'stg_company_financials__vendor_revenue_quarterly', 'vendor', none, none, 'revenue_usd_m * 1000000', none),
    ('organisation', 'stg_company_financials__capex_quarterly', 'company', none, none, 'capex_usd_m * 1000000', none),
    ('organisation', 'stg_compute_clusters__clusters', 'owner', 'chip_count', 'h100e', none, none),
    ('organisation', 'int_datacenters__site_readings', 'owner', none, none, none, none),
    ('organisation', 'stg_national_compute__intelligent_computing_centres_cn', 'operator', none, none, none, none),
    ('organisation', 'stg_rental_quotes__rental_quotes', 'provider', none, none, none, none),
    ('organisation', 'stg_training_runs__training_runs', 'developer', none, none, none, 'incremental_compute_flop'),
    ('organisation', 'stg_token_volumes__token_volumes', 'who', none, none, none, none),
    ('organisation', 'stg_demand_drivers__demand_drivers', 'who', none, none, none, none),
    ('organisation', 'stg_price_events__price_events', 'company', none, none, none, none),
    ('organisation', 'stg_mlperf_training__mlperf_training_results', 'submitter', none, none, none, none),
    ('organisation', 'stg_model_serving__model_serving_facts', 'submitter', none, none, none, none),
    ('organisation', 'stg_chip_specs__chip_specs', 'vendor', none, none, none, none),
    ('country', 'stg_rental_quotes__rental_quotes', 'country_code', none, none, none, none),
    ('country', 'stg_compute_clusters__clusters', 'country_code', 'chip_count', 'h100e', none, none),
    ('country', 'int_datacenters__site_readings', 'country_code', none, none, none, none),
    ('country', 'stg_training_runs__training_runs', 'country_code', none, none, none, 'incremental_compute_flop'),
    ('country', 'int_policy__entity_listings', 'country_code', none, none, none, none),
    ('policy', 'int_policy__entity_listings', 'policy_id', none, none, none, none),
    ('policy', 'stg_export_controls__rule_parameters', 'policy_id', none, none, none, none),
    ('policy', 'stg_export_controls__licence_policy', 'policy_id', none, none, none, none),
    ('policy', 'stg_export_controls__policy_named_chips', 'policy_id', none, none, none, none),
] %}
with chip_ids as (
    select * from {{ ref('int_reference__chip_ids') }}
),

organisation_ids as (
    select * from {{ ref('int_reference__organisation_ids') }}
),

countries as (
    select * from {{ ref('stg_countries__countries') }}
),

policies as (
    select * from {{ ref('int_policy__policies') }}
),

chip_labels_without_chip as (
    select * from {{ ref('stg_chips__chip_labels_without_chip') }}
),

organisation_labels_without_organisation as (
    select * from {{ ref('stg_organisations__organisation_labels_without_organisation') }}
),

uses as (
    {%- for entity, model, column, units, h100e, usd, flop in uses %}
    select
        '{{ entity }}' as entity,
        '{{ model }}' as used_in_table,
        '{{ column }}' as used_in_column,
        {{ column }} as label,
        count(*) as row_count,
        {{ ordered_sum(units) }}::double as units,
        {{ ordered_sum(h100e) }}::double as h100e_8bit,
        {{ ordered_sum(usd) }}::double as usd,
        {{ ordered_sum(flop) }}::double as training_flop,
    from {{ ref(model) }}
    where {{ column }} is not null
    group by label
    {%- if not loop.last %}

    union all
    {% endif -%}
    {%- endfor %}
),

ids as (
    select
        'chip' as entity,
        label,
        chip_id as resolved_id,
    from chip_ids

    union all

    select
        'organisation' as entity,
        label,
        organisation_id as resolved_id,
    from organisation_ids

    union all

    select
        'country' as entity,
        country_code as label,
        country_code as resolved_id,
    from countries

    union all

    select
        'policy' as entity,
        policy_id as label,
        policy_id as resolved_id,
    from policies
),

-- the lists name a label once per column; what it stands for is the same
reasons as (
    select
        'chip' as entity,
        label,
        string_agg(distinct reason, '; ' order by reason) as reason,
    from chip_labels_without_chip
    group by label

    union all

    select
        'organisation' as entity,
        label,
        string_agg(distinct reason, '; ' order by reason) as reason,
    from organisation_labels_without_organisation
    group by label
)

select
    uses.entity,
    uses.used_in_table,
    uses.used_in_column,
    uses.label,
    ids.resolved_id,
    case when ids.resolved_id is null then reasons.reason end as reason,
    uses.row_count,
    uses.units,
    uses.h100e_8bit,
    uses.usd,
    uses.training_flop,
    -- the share of the column that the label carries, by the first weight that the column has
    case
        when sum(uses.training_flop) over whole_column > 0
            then coalesce(uses.training_flop, 0) / sum(uses.training_flop) over whole_column
        when sum(uses.h100e_8bit) over whole_column > 0
            then coalesce(uses.h100e_8bit, 0) / sum(uses.h100e_8bit) over whole_column
        when sum(uses.usd) over whole_column > 0
            then coalesce(uses.usd, 0) / sum(uses.usd) over whole_column
        when sum(uses.units) over whole_column > 0
            then coalesce(uses.units, 0) / sum(uses.units) over whole_column
        else uses.row_count / sum(uses.row_count) over whole_column
    end as share_of_column,
from uses
left join ids
    on
        uses.entity = ids.entity
        and uses.label = ids.label
left join reasons
    on
        uses.entity = reasons.entity
        and uses.label = reasons.label
window whole_column as (
    partition by uses.entity, uses.used_in_table, uses.used_in_column
    -- in a fixed order, so that two builds agree to the last bit
    order by uses.label
    rows between unbounded preceding and unbounded following
)
