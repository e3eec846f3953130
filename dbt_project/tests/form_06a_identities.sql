-- Law 3 (Thông tư 01/2020/TT-VPCP): 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11 on every row of the form.
select *
from {{ ref('mart_form_06a') }}
where received_total_count <> received_online_count + received_direct_count + carried_over_count
    or resolved_total_count <> resolved_early_count + resolved_on_time_count + resolved_late_count
    or pending_total_count <> pending_in_time_count + pending_overdue_count
    or received_total_count <> resolved_total_count + pending_total_count
