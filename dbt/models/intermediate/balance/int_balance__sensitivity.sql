{{ config(materialized='view') }}
-- How much the gap of a quarter, region and kind of work moves with each input, over the
-- draws of the baseline and all chips: Spearman's rank correlation, and the mean gap in the top
-- tenth of the draws by the input less that in the bottom tenth. Inputs of one region cannot move
-- another, but for work that goes to ROW and the sum of all.
{%- set workloads = ['training_large', 'training_small', 'inference'] %}
with inputs as (
    select * from {{ ref('int_balance__sensitivity_inputs') }}
),

balance_draws as (
    select * from {{ ref('int_balance__balance_draws') }}
),

gaps as (
    select
        quarter_start,
        region_id,
        workload_id,
        draw,
        supply_h100e - demand_h100e as gap,
    from balance_draws
    where
        scenario_id = 'baseline'
        and access = 'all'
        and draw > 0
        and supply_h100e is not null
        and demand_h100e is not null
),

-- Twice the mean rank, which is whole where draws tie; what is met in full ties often.
gap_ranks as (
    select
        *,
        2 * rank() over (partition by quarter_start, region_id, workload_id order by gap)
        + count(*) over (partition by quarter_start, region_id, workload_id, gap)
        - 1 as twice_rank,
    from gaps
),

-- one line per draw, so that the ranks of the inputs are made once for all kinds of work
gap_lines as (
    select
        quarter_start,
        region_id,
        draw,
        {%- for workload in workloads %}
        max(gap) filter (where workload_id = '{{ workload }}') as {{ workload }}_gap,
        max(twice_rank) filter (where workload_id = '{{ workload }}') as {{ workload }}_twice_rank,
        {%- endfor %}
    from gap_ranks
    group by quarter_start, region_id, draw
),

-- Whole numbers stand for cells and versions, because millions of rows are ranked.
cells as (
    select
        quarter_start,
        region_id,
        row_number() over (order by quarter_start, region_id)::smallint as cell,
        count(*)::integer as draws_used,
        {%- for workload in workloads %}
        sum({{ workload }}_twice_rank * {{ workload }}_twice_rank)::bigint
            as {{ workload }}_squares,
        {%- endfor %}
    from gap_lines
    group by quarter_start, region_id
    having
        count(*) >= {{ var('minimum_draws') }}
        and count(*) = (select count(distinct draw) from inputs)
),

cell_gaps as (
    select
        cells.cell,
        gap_lines.* exclude (quarter_start, region_id),
    from cells
    inner join gap_lines
        on
            cells.quarter_start = gap_lines.quarter_start
            and cells.region_id = gap_lines.region_id
),

versions as (
    select
        input,
        assumption_id,
        region_id,
        valid_from,
        row_number() over (order by input, valid_from)::smallint as version,
    from inputs
    group by input, assumption_id, region_id, valid_from
),

counted_versions as (
    select
        cells.cell,
        cells.draws_used,
        versions.version,
        versions.input,
        versions.assumption_id,
    from cells
    inner join versions
        on
            (versions.valid_from is null or cells.quarter_start >= versions.valid_from)
            and (
                versions.region_id is null
                or cells.region_id = versions.region_id
                or cells.region_id in ('ROW', 'WORLD')
            )
    qualify row_number() over (
        partition by cells.cell, versions.input
        order by versions.valid_from desc nulls last
    ) = 1
),

-- Every draw of a cell counts, so the rank of a value among all draws is its rank in each cell.
-- Ties go by the draw. Ranks, sides and gaps stand as lists in the order of the draws: a sum over
-- draws is an inner product, exact because all of them are whole numbers.
version_lists as (
    select
        ranks.version,
        list(ranks.input_rank::double order by ranks.draw) as input_ranks,
        list(
            case
                when ranks.input_rank > ranks.draws - ranks.draws // 10 then 1.0
                when ranks.input_rank <= ranks.draws // 10 then -1.0
                else 0.0
            end
            order by ranks.draw
        ) as sides,
    from (
        select
            versions.version,
            inputs.draw,
            count(*) over (partition by versions.version) as draws,
            row_number() over (
                partition by versions.version
                order by inputs.value, inputs.draw
            ) as input_rank,
        from inputs
        inner join versions
            on
                inputs.input = versions.input
                and inputs.valid_from is not distinct from versions.valid_from
    ) as ranks
    group by ranks.version
),

-- a kind of work without any gap counts as zero here and drops out below
cell_lists as (
    select
        cell,
        {%- for workload in workloads %}
        list(coalesce({{ workload }}_twice_rank, 0)::double order by draw) as {{ workload }}_ranks,
        list(coalesce(round({{ workload }}_gap * 1e3), 0) order by draw) as {{ workload }}_gaps,
        {%- endfor %}
    from cell_gaps
    group by cell
),

sums as (
    select
        counted_versions.cell,
        counted_versions.version,
        {%- for workload in workloads %}
        list_inner_product(version_lists.input_ranks, cell_lists.{{ workload }}_ranks)::bigint
            as {{ workload }}_products,
        list_inner_product(version_lists.sides, cell_lists.{{ workload }}_gaps)
        / 1e3 / (counted_versions.draws_used // 10) as {{ workload }}_swing,
        {%- endfor %}
    from counted_versions
    inner join version_lists on counted_versions.version = version_lists.version
    inner join cell_lists on counted_versions.cell = cell_lists.cell
),

workload_sums as (
    {%- for workload in workloads %}
    select
        cells.quarter_start,
        cells.region_id,
        '{{ workload }}' as workload_id,
        counted_versions.input,
        counted_versions.assumption_id,
        cells.draws_used,
        sums.{{ workload }}_products as products,
        cells.{{ workload }}_squares as squares,
        sums.{{ workload }}_swing as swing_h100e,
    from sums
    inner join cells on sums.cell = cells.cell
    inner join counted_versions
        on
            sums.cell = counted_versions.cell
            and sums.version = counted_versions.version
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- Ranks run from 1 to n: they add up to n (n + 1) / 2, their squares without ties to
-- n (n + 1) (2 n + 1) / 6. A kind of work without any gap drops out.
moments as (
    select
        *,
        draws_used * products - pow(draws_used * (draws_used + 1.0), 2) / 2 as covariance,
        pow(draws_used, 2) * (pow(draws_used, 2) - 1) / 12 as input_variance,
        draws_used * squares - pow(draws_used * (draws_used + 1.0), 2) as gap_variance,
    from workload_sums
    where squares is not null
),

correlated as (
    select
        *,
        covariance / sqrt(input_variance * nullif(gap_variance, 0)) as rank_correlation,
    from moments
)

-- A gap that is the same on every draw moves with nothing: null. The correlation of an input
-- without any effect has a standard deviation of 1 / sqrt(n - 1) and stays within 1.96 of them in
-- nineteen cells of twenty (97.5 % point of the standard normal distribution).
select
    quarter_start,
    region_id,
    workload_id,
    input,
    assumption_id,
    draws_used,
    rank_correlation,
    case when rank_correlation is not null then swing_h100e end as swing_h100e,
    1.959963984540054 / sqrt(draws_used - 1) as noise_correlation,
    row_number() over (
        partition by quarter_start, region_id, workload_id
        order by abs(rank_correlation) desc nulls last, input
    ) as sensitivity_rank,
from correlated
