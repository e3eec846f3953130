-- "Tổng cộng" is the sum of its sector rows, which are numbered 1..n.
{%- set columns = [
    'received_total', 'received_online', 'received_direct', 'carried_over', 'resolved_total', 'resolved_early',
    'resolved_on_time', 'resolved_late', 'pending_total', 'pending_in_time', 'pending_overdue'
] %}
select calendar, period_kind, period, unit_code
from {{ ref('mart_form_06a') }}
group by calendar, period_kind, period, unit_code
having count(*) filter (row_kind = 'total') <> 1
    or coalesce(max(line_number), 0) <> count(*) filter (row_kind = 'sector')
    {%- for column in columns %}
    or sum(case row_kind when 'total' then {{ column }}_count else -{{ column }}_count end) <> 0
    {%- endfor %}
