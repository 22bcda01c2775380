-- Metrics that are known as a bound only, each with its lowest and highest possible value; null on a
-- side without a bound. The density is bounded through its two parts where it has no figure itself.
with bounds as (
    select * from {{ ref('stg_chip_specs__chip_metric_bounds') }}
),

chip_specs as (
    select * from {{ ref('stg_chip_specs__chip_specs') }}
),

chip_metrics as (
    select * from {{ ref('int_policy__chip_metrics') }}
),

-- of several bounds on one side the tightest counts; one that excludes its value is tighter
stated as (
    select
        chip_id,
        metric,
        max(bound_value) filter (where bound in ('at_least', 'above')) as low,
        arg_max(bound = 'above', (bound_value, bound = 'above'))
            filter (where bound in ('at_least', 'above')) as is_low_open,
        min(bound_value) filter (where bound in ('at_most', 'below')) as high,
        arg_min(bound = 'below', (bound_value, bound <> 'below'))
            filter (where bound in ('at_most', 'below')) as is_high_open,
    from bounds
    group by chip_id, metric
),

-- a figure is its own bound on both sides
parts as (
    select
        chip_metrics.chip_id,
        coalesce(chip_metrics.tpp, performances.low) as tpp_low,
        chip_metrics.tpp is null and coalesce(performances.is_low_open, false) as is_tpp_low_open,
        coalesce(chip_metrics.tpp, performances.high) as tpp_high,
        chip_metrics.tpp is null and coalesce(performances.is_high_open, false)
            as is_tpp_high_open,
        coalesce(chip_metrics.applicable_die_area_mm2, areas.low) as area_low,
        chip_metrics.applicable_die_area_mm2 is null and coalesce(areas.is_low_open, false)
            as is_area_low_open,
        coalesce(chip_metrics.applicable_die_area_mm2, areas.high) as area_high,
        chip_metrics.applicable_die_area_mm2 is null and coalesce(areas.is_high_open, false)
            as is_area_high_open,
        chip_metrics.performance_density,
    from chip_metrics
    left join stated as performances
        on chip_metrics.chip_id = performances.chip_id and performances.metric = 'tpp'
    left join stated as areas
        on
            chip_metrics.chip_id = areas.chip_id
            and areas.metric = 'applicable_die_area_mm2'
),

densities as (
    select
        chip_id,
        'performance_density' as metric,
        tpp_low / nullif(area_high, 0) as low,
        is_tpp_low_open or is_area_high_open as is_low_open,
        tpp_high / nullif(area_low, 0) as high,
        is_tpp_high_open or is_area_low_open as is_high_open,
    from parts
    where performance_density is null
),

-- the rules speak of two metrics under a second name
named as (
    select chip_id, metric, low, is_low_open, high, is_high_open from stated
    union all
    select chip_id, metric, low, is_low_open, high, is_high_open from densities
    union all
    select chip_id, 'tops_x_bitlength', low, is_low_open, high, is_high_open
    from stated
    where metric = 'tpp'
    union all
    select
        stated.chip_id, 'total_dram_bandwidth_gb_s', stated.low, stated.is_low_open, stated.high,
        stated.is_high_open
    from stated
    inner join chip_specs on stated.chip_id = chip_specs.chip_id
    where
        stated.metric = 'memory_bandwidth_gb_s'
        and chip_specs.memory_type is distinct from 'SRAM'
)

select
    chip_id,
    metric,
    low as lowest_value,
    coalesce(is_low_open, false) as is_above_lowest,
    high as highest_value,
    coalesce(is_high_open, false) as is_below_highest,
from named
where low is not null or high is not null
