-- Every name under which an organisation appears in any table, with the one id that it stands for.
with organisations as (
    select * from {{ ref('stg_organisations__organisations') }}
),

organisation_aliases as (
    select * from {{ ref('stg_organisations__organisation_aliases') }}
),

labels as (
    select
        organisation_id as label,
        organisation_id,
    from organisations

    union all

    select
        organisation_aliases.alias as label,
        organisation_aliases.organisation_id,
    from organisation_aliases
    left join organisations on organisation_aliases.alias = organisations.organisation_id
    where organisations.organisation_id is null
)

select
    label,
    organisation_id,
from labels
