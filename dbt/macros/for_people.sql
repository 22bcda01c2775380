{#-
    Columns of the quarter and the region of a row, in words and in two languages, for the views of
    schema `bi`. They come with `region_joins`.

    Args:
        rows: alias of the rows that are shown.
-#}
{% macro region_columns(rows) -%}
    {{ rows }}.quarter_start,
    quarters.quarter_label,
    {{ rows }}.region_id,
    regions.region_name,
    regions.region_name_zh
{%- endmacro %}


{#-
    The joins that `region_columns` needs. WORLD is left out: it stands beside its parts.

    Args:
        rows: alias of the rows that are shown.
-#}
{% macro region_joins(rows) -%}
    inner join {{ published('dim_quarter') }} as quarters
        on {{ rows }}.quarter_start = quarters.quarter_start
    inner join {{ published('dim_region') }} as regions
        on {{ rows }}.region_id = regions.region_id and {{ rows }}.region_id <> 'WORLD'
{%- endmacro %}


{#-
    The balance of what happened for one access, in the regions or in the world, with names.

    Args:
        access: all or merchant.
        is_world: the world alone instead of its three parts.
-#}
{% macro balance_for_people(access, is_world=false) -%}
    select
        balances.quarter_start,
        quarters.quarter_label,
        balances.region_id,
        regions.region_name,
        regions.region_name_zh,
        balances.workload_id,
        works.workload_name,
        works.workload_name_zh,
        balances.yardstick,
        {% for measure in ['supply_h100e', 'demand_h100e', 'gap_h100e', 'coverage'] -%}
        balances.{{ measure }}_p05,
        balances.{{ measure }}_p50,
        balances.{{ measure }}_p95,
        {% endfor -%}
        balances.shortage_probability,
        balances.policy_regime,
        balances.is_nowcast,
        balances.is_provisional,
        balances.is_printable,
        balances.printable_note
    from {{ published('fct_compute_balance') }} as balances
    inner join {{ published('dim_quarter') }} as quarters
        on balances.quarter_start = quarters.quarter_start
    inner join {{ published('dim_region') }} as regions
        on balances.region_id = regions.region_id
    inner join {{ published('dim_workload') }} as works
        on balances.workload_id = works.workload_id
    where
        balances.scenario_id = 'baseline'
        and balances.access = '{{ access }}'
        and balances.region_id {{ '=' if is_world else '<>' }} 'WORLD'
{%- endmacro %}


{#-
    Three points of a measure of one kind of work, as columns.

    Args:
        measure: column without its point.
        prefix: how the three columns begin.
        where: which rows they come from.
        points: which of the three.
-#}
{% macro points_of(measure, prefix, where, points=['p05', 'p50', 'p95']) -%}
    {%- for point in points -%}
    max({{ measure }}_{{ point }}) filter (where {{ where }}) as {{ prefix }}_{{ point }}{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#-
    One step of supply: a row for a quarter and a region. Kinds of work stand side by side as columns,
    because they are potentials of the same chips.

    Args:
        step: nominal, deployed, powered, suitable, usable or merchant.
        columns: prefix of the columns -> kind of work that they show.
-#}
{% macro supply_for_people(step, columns) -%}
    select
        {{ region_columns('supplies') }},
        {% for prefix, workload_id in columns.items() -%}
        {{ points_of('supplies.h100e', prefix ~ '_h100e', "supplies.workload_id = '" ~ workload_id ~ "'") }},
        {% endfor -%}
        bool_or(supplies.is_nowcast) as is_nowcast,
        bool_or(supplies.is_provisional) as is_provisional
    from {{ published('fct_compute_supply') }} as supplies
    {{ region_joins('supplies') }}
    where
        supplies.scenario_id = 'baseline'
        and supplies.step = '{{ step }}'
    group by {{ region_columns('supplies') }}
{%- endmacro %}


{#-
    Rents by kind of provider for one way to rent. An offer that states no place stands apart: its
    region is null.

    Args:
        where: which commitments.
-#}
{% macro rents_for_people(where) -%}
    select
        rents.month_start,
        nullif(rents.region_id, 'WORLD') as region_id,
        case when rents.region_id = 'WORLD' then 'Place not stated' else regions.region_name end
            as region_name,
        case when rents.region_id = 'WORLD' then '未注明地点' else regions.region_name_zh end
            as region_name_zh,
        rents.chip_id,
        coalesce(chips.chip_name, rents.chip_id) as chip_name,
        rents.provider_type,
        rents.commitment,
        rents.usd_per_gpu_hour_p25,
        rents.usd_per_gpu_hour_p50,
        rents.usd_per_gpu_hour_p75,
        rents.quotes,
        rents.providers,
        rents.is_press_report,
        rents.source_ids,
        rents.known_on,
        rents.confidence
    from {{ published('fct_rental_price') }} as rents
    inner join {{ published('dim_region') }} as regions
        on rents.region_id = regions.region_id
    left join {{ published('dim_chip') }} as chips
        on rents.chip_id = chips.chip_id
    where {{ where }}
{%- endmacro %}


{#-
    The index of rents on demand, in the regions or in the world, with names.

    Args:
        is_world: all offers together instead of those of each region.
-#}
{% macro rent_index_for_people(is_world=false) -%}
    select
        indices.month_start,
        indices.region_id,
        regions.region_name,
        regions.region_name_zh,
        indices.chip_id,
        coalesce(chips.chip_name, indices.chip_id) as chip_name,
        indices.index_value,
        indices.change_pct,
        indices.matched_offers,
        indices.providers,
        indices.is_thin,
        indices.series_start,
        indices.source_ids,
        indices.known_on,
        indices.confidence
    from {{ published('fct_rental_price_index') }} as indices
    inner join {{ published('dim_region') }} as regions
        on indices.region_id = regions.region_id
    left join {{ published('dim_chip') }} as chips
        on indices.chip_id = chips.chip_id
    where
        indices.commitment = 'on_demand'
        and indices.region_id {{ '=' if is_world else '<>' }} 'WORLD'
{%- endmacro %}
