-- Law 2 on the mart of units, by the totals readers see.
select *
from {{ ref('mart_unit_month') }}
where opening_count + received_count + transferred_in_count <> resolved_count + transferred_out_count + pending_count
    or resolved_count <> {{ resolved_total() }}
    or pending_count <> {{ pending_total() }}
