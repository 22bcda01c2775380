-- A scope with a value that nothing in the balance is called by would be looked up in vain.
with assumptions as (
    select * from {{ ref('int_inputs__assumptions') }}
),

regions as (
    select region_id from {{ ref('int_reference__regions') }}
),

chips as (
    select label from {{ ref('int_reference__chip_ids') }}
),

owner_types as (
    select owner_type from {{ ref('int_supply__china_owner_shares') }} group by owner_type
),

workloads as (
    select workload_id from {{ ref('int_reference__workloads') }}
)

select assumptions.assumption_id
from assumptions
where
    assumptions.is_driver
    and (
        assumptions.region_id not in (select region_id from regions)
        or assumptions.chip_id not in (select label from chips)
        or assumptions.owner_type not in (select owner_type from owner_types)
        or assumptions.owner_group not in ('hyperscaler', 'other')
        or assumptions.origin not in ('foreign', 'domestic', 'diverted')
        -- both sizes of training may share a row, and the base is no kind of work of its own
        or (
            assumptions.workload_id not in (select workload_id from workloads)
            and assumptions.workload_id not in ('training', 'base')
        )
    )
