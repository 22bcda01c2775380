{#-
    Three queries of a `with` list that end in the two-level Jevons mean of log relatives: the mean
    over the offers of each provider, then the mean over providers with equal weight, by month,
    region, chip and commitment. WORLD takes all offers, whether they state a place or not. Log
    relatives are added as whole numbers: a sum that does not depend on the order of rows.

    Args:
        relatives: query with one row per offer: month_start, region_id, chip_id, commitment,
            provider, log_relative, source_ids, known_on, confidence.
        name: what to call the result: those columns without provider, with matched_offers and
            providers.
-#}
{% macro two_level_jevons(relatives, name) -%}
by_region as (
    {{ in_region_and_world(relatives) }}
),

provider_means as (
    select
        month_start,
        region_id,
        chip_id,
        commitment,
        provider,
        {{ exact_sum('log_relative', 12) }} / count(*) as log_relative,
        count(*) as matched_offers,
        {{ joined_ids('source_ids') }} as source_ids,
        max(known_on) as known_on,
        {{ weakest_confidence('confidence') }} as confidence,
    from by_region
    group by month_start, region_id, chip_id, commitment, provider
),

{{ name }} as (
    select
        month_start,
        region_id,
        chip_id,
        commitment,
        {{ exact_sum('log_relative', 12) }} / count(*) as log_relative,
        sum(matched_offers)::bigint as matched_offers,
        count(*) as providers,
        {{ joined_ids('source_ids') }} as source_ids,
        max(known_on) as known_on,
        {{ weakest_confidence('confidence') }} as confidence,
    from provider_means
    group by month_start, region_id, chip_id, commitment
)
{%- endmacro %}
