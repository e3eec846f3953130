-- The month's form and the month's counts are the same cases.
select f.period, f.unit_code
from {{ ref('mart_unit_month') }} as u
full join (
    select * from {{ ref('mart_form_06a') }}
    where calendar = 'calendar' and period_kind = 'month' and row_kind = 'total'
) as f on u.period = f.period and u.unit_code = f.unit_code
where (f.unit_code is null and u.opening_count + u.received_count + u.transferred_in_count <> 0)
    or u.unit_code is null
    or f.received_online_count + f.received_direct_count <> u.received_count
    or f.carried_over_count <> u.opening_count + u.transferred_in_count - u.transferred_out_count
    or f.resolved_total_count <> u.resolved_count
    or f.pending_total_count <> u.pending_count
