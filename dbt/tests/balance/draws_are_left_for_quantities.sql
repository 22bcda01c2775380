-- Where a balance has draws, some balance has as many as its quantities need. Otherwise every
-- quantity would be published as unknown, and only because the build was made with too few draws.
select max(draws_used) as most_draws, {{ var('minimum_draws') }} as needed
from {{ ref('fct_compute_balance') }}
having max(draws_used) between 1 and {{ var('minimum_draws') }} - 1
