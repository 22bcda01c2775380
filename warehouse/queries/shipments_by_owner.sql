-- Who received how much compute in each year? (million H100 equivalents, 8-bit; sums of medians are
-- estimates without a band)
select
    owner,
    year(quarter_start) as delivered_in,
    sum(h100e_8bit_p50) / 1e6 as h100e_mn,
from marts.fct_chip_shipments
group by owner, delivered_in
order by delivered_in, h100e_mn desc;
