{#-
    Published quantiles never cross, and are there together or not at all.

    Args:
        prefix: name of the quantity; its columns are `<prefix>_p05`, `_p50` and `_p95`.
-#}
{% test quantiles_ordered(model, prefix) %}
select *
from {{ model }}
where
    {{ prefix }}_p05 > {{ prefix }}_p50
    or {{ prefix }}_p50 > {{ prefix }}_p95
    or ({{ prefix }}_p05 is null) <> ({{ prefix }}_p50 is null)
    or ({{ prefix }}_p50 is null) <> ({{ prefix }}_p95 is null)
{% endtest %}
