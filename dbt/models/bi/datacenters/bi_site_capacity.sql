select
    {{ region_columns('capacities') }},
    {% for status in ['operational', 'under_construction', 'planned'] -%}
    cast(sum(capacities.sites) filter (where capacities.status = '{{ status }}') as bigint)
        as sites_{{ status }},
    {% endfor -%}
    sum(capacities.running_it_power_mw) as running_it_power_mw,
    sum(capacities.coming_it_power_mw) as coming_it_power_mw,
    bool_or(capacities.is_projection) as is_projection,
from {{ published('fct_datacenter_capacity') }} as capacities
{{ region_joins('capacities') }}
group by {{ region_columns('capacities') }}
