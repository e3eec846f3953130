-- What some units hand over, others take over: per calendar, grain, month and sector, over all units.
select calendar, grain, month_no, sector_code, sum(transferred_in_count) as taken_over, sum(transferred_out_count) as handed_over
from {{ ref('agg_unit_sector_month') }}
group by calendar, grain, month_no, sector_code
having sum(transferred_in_count) <> sum(transferred_out_count)
