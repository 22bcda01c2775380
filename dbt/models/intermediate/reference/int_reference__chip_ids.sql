-- Every label under which a chip appears in any table, with the one id that it stands for.
with chips as (
    select * from {{ ref('stg_chips__chips') }}
),

chip_aliases as (
    select * from {{ ref('stg_chips__chip_aliases') }}
),

labels as (
    select
        chip_id as label,
        chip_id,
        'same' as relation,
    from chips

    union all

    -- a chip's own id wins over an alias of the same spelling
    select
        chip_aliases.alias as label,
        chip_aliases.chip_id,
        chip_aliases.relation,
    from chip_aliases
    left join chips on chip_aliases.alias = chips.chip_id
    where chips.chip_id is null
)

select
    label,
    chip_id,
    relation,
from labels
