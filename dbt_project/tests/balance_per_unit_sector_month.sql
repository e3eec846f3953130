-- Law 2: opening + received + transferred in = resolved + transferred out + closing, per calendar, grain, unit, sector, month.
select *
from {{ ref('agg_unit_sector_month') }}
where opening_count + received_count + transferred_in_count
    <> {{ resolved_total() }} + transferred_out_count + {{ pending_total() }}
