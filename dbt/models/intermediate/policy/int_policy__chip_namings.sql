-- Which chips a row means that decides by name. A selector stands for many chips: the datacenter
-- parts of a country's vendors, or of all vendors outside the country that the row speaks for.
with rule_book as (
    select * from {{ ref('int_policy__rule_book') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
)

select
    rule_book.rule_row_id,
    rule_book.role,
    rule_book.control_item,
    chip_specs.chip_id,
    chip_specs.vendor,
from rule_book
inner join chip_specs
    on
        rule_book.chip_id = chip_specs.chip_id
        or (
            rule_book.chip_selector = 'any-foreign-datacenter'
            and chip_specs.is_datacenter
            and chip_specs.vendor_country <> rule_book.destination_group
        )
        or (
            rule_book.chip_selector
            = concat('any-', lower(chip_specs.vendor_country), '-datacenter')
            and chip_specs.is_datacenter
        )
where rule_book.role in ('naming', 'naming_refined', 'outside', 'restriction', 'guidance')
