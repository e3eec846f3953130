-- Form II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP): reporting period × unit × sector row, and each unit's "Tổng cộng".
-- Column 9 = on time + without due date + withdrawn + refused; column 12 = in time + suspended + without due date;
-- column 6 = opening net of transfers (domain §2, §3).
with form as (
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        sector_code,
        received_online_count,
        received_count - received_online_count as received_direct_count,
        opening_count + transferred_in_count - transferred_out_count as carried_over_count,
        resolved_early_count,
        resolved_on_time_count + resolved_no_due_count + withdrawn_count + refused_count as resolved_on_time_count,
        resolved_late_count,
        pending_in_time_count + pending_suspended_count + pending_no_due_count as pending_in_time_count,
        pending_overdue_count
    from {{ ref('agg_unit_sector_period') }}
    where grain = 'date'
),

{% set parts = [
    'received_online', 'received_direct', 'carried_over', 'resolved_early', 'resolved_on_time', 'resolved_late',
    'pending_in_time', 'pending_overdue'
] %}
lines as (
    select 'sector' as row_kind, * from form
    union all by name
    select
        'total' as row_kind,
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        null as sector_code,
        {{ sum_counts(parts) }}
    from form
    group by calendar, period_kind, period, last_month_no, unit_code
),

named as (
    select
        f.*,
        p.from_on,
        p.to_on,
        u.unit_name,
        u.unit_level,
        s.sector_name
    from lines as f
    inner join {{ ref('dim_reporting_period') }} as p
        on f.calendar = p.calendar and f.period_kind = p.period_kind and f.period = p.period
    inner join {{ unit_names() }} as u on f.unit_code = u.unit_code and f.last_month_no = u.month_no
    left join {{ ref('dim_sector') }} as s on f.sector_code = s.sector_code
    where f.row_kind = 'total'
        {%- for part in parts %}
        or f.{{ part }}_count <> 0
        {%- endfor %}
)

select
    calendar,
    period_kind,
    period,
    from_on,
    to_on,
    unit_code,
    unit_name,
    unit_level,
    row_kind,
    sector_code,
    sector_name,
    case when row_kind = 'sector' then row_number() over (
        partition by calendar, period_kind, period, unit_code, row_kind
        order by sector_code = {{ blank_member() }}, sector_name collate vi, sector_code
    ) end as line_number,
    (received_online_count + received_direct_count + carried_over_count)::BIGINT as received_total_count,
    received_online_count::BIGINT as received_online_count,
    received_direct_count::BIGINT as received_direct_count,
    carried_over_count::BIGINT as carried_over_count,
    (resolved_early_count + resolved_on_time_count + resolved_late_count)::BIGINT as resolved_total_count,
    resolved_early_count::BIGINT as resolved_early_count,
    resolved_on_time_count::BIGINT as resolved_on_time_count,
    resolved_late_count::BIGINT as resolved_late_count,
    (pending_in_time_count + pending_overdue_count)::BIGINT as pending_total_count,
    pending_in_time_count::BIGINT as pending_in_time_count,
    pending_overdue_count::BIGINT as pending_overdue_count,
    'provisional' as maturity
from named
