-- Behind a contract rent: the row as quoted.
with contract_rents as (
    select * from {{ published('fct_contract_rent') }}
)

select
    rent_id,
    'rent' as step,
    'contract_rents__contract_rents' as input_table,
    rent_id as input_key,
    1.0 as weight,
from contract_rents
