select
    pairs.from_chip_id,
    coalesce(sources.chip_name, pairs.from_chip_id) as from_chip_name,
    pairs.to_chip_id,
    coalesce(targets.chip_name, pairs.to_chip_id) as to_chip_name,
    {% for work in ['training_large', 'training_small', 'inference'] -%}
    {% set of_work = "pairs.workload_id = '" ~ work ~ "'" -%}
    {{ points_of('pairs.cards_per_100', work ~ '_cards_per_100', of_work) }},
    {% endfor -%}
from {{ published('fct_chip_substitution') }} as pairs
left join {{ published('dim_chip') }} as sources
    on pairs.from_chip_id = sources.chip_id
left join {{ published('dim_chip') }} as targets
    on pairs.to_chip_id = targets.chip_id
group by pairs.from_chip_id, sources.chip_name, pairs.to_chip_id, targets.chip_name
