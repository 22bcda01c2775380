{{ config(materialized='view') }}
-- Where every label of a chip, organisation, country or policy is used, with the weight behind it,
-- and whether it leads to an id. Tables of sources are counted by their contracts; those that other
-- models first put together are listed here, with the columns that weigh: units and H100 equivalents.
{%- set uses = [
    ('chip', 'int_shipments__chip_shipments', 'chip_label', 'units_p50', 'h100e_p50'),
    ('organisation', 'int_shipments__chip_shipments', 'owner', 'units_p50', 'h100e_p50'),
    ('organisation', 'int_datacenters__site_readings', 'owner', none, none),
    ('country', 'int_datacenters__site_readings', 'country_code', none, none),
    ('country', 'int_policy__entity_listings', 'country_code', none, none),
    ('policy', 'int_policy__entity_listings', 'policy_id', none, none),
] %}
with stated_labels as (
    select * from {{ ref('int_upkeep__stated_labels') }}
),

chip_ids as (
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
    select * from stated_labels
    {%- for entity, model, column, units, h100e in uses %}

    union all

    select
        '{{ entity }}' as entity,
        '{{ model }}' as used_in_table,
        '{{ column }}' as used_in_column,
        {{ column }} as label,
        count(*) as row_count,
        {{ ordered_sum(units) }}::double as units,
        {{ ordered_sum(h100e) }}::double as h100e_8bit,
        cast(null as double) as usd,
        cast(null as double) as training_flop,
    from {{ ref(model) }}
    where {{ column }} is not null
    group by label
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
