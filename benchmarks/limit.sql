-- The hand-written limit of a build: the same inputs (schema raw of the work file) to the same counts per unit, sector and
-- month, in one DuckDB process. No layers, no findings, no gates, one calendar, clean rows only: what nothing general
-- can beat, and nothing good should be far from. benchmarks/bench.py checks that its answer equals the product's.
create table status as
select label, status_code from read_csv('{seeds}/status_label.csv', header = true, all_varchar = true);
create table sector as
select sector_code, sector_name from read_csv('{seeds}/national_sector.csv', header = true, all_varchar = true);

create macro day_of(written) as try_strptime(
    written, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y', '%Y-%m-%d %H:%M:%S', '%Y-%m-%d', '%Y%m%d%H%M%S']
)::date;

-- Dates first, on their own: strptime with several formats beside joins has crashed this DuckDB (docs/decisions/0003).
create table dated as
select
    * exclude (received_at, due_at, completed_at),
    day_of(received_at) as received_on,
    day_of(due_at) as due_on,
    day_of(completed_at) as completed_on
from work.raw.case_row;

create table typed as
select
    coalesce(v.canonical, st.status_code) as status_code,
    r.case_code,
    s.unit_code,
    coalesce(se.sector_code, sn.sector_code, '(trống)') as sector_code,
    left(s.period, 4)::bigint * 12 + right(s.period, 2)::bigint - 1 as period_no,
    s.receipt_seq,
    r.received_on,
    r.due_on,
    r.completed_on
from dated as r
inner join work.raw.submission as s on r.decode_id = s.decode_id and s.status = 'accepted'
left join work.raw.layout_value as v on s.layout = v.layout and v.column_name = 'status' and r.status = v.label
left join status as st on r.status = st.label
left join sector as se on r.sector_code = se.sector_code
left join (
    select sector_name, min(sector_code) as sector_code from sector group by 1 having count(*) = 1
) as sn on r.sector = sn.sector_name;

create table state as
with ranked as (
    select *, arg_max(status_code, period_no) over (partition by unit_code, case_code) as newest_status
    from typed
)
select
    *,
    case when lag(period_no) over w is null then 0 else period_no end as from_no,
    coalesce(lead(period_no) over w - 1, 999999) as to_no,
    last_value(received_on) over w_all as received_last,
    last_value(completed_on) over w_all as completed_last,
    last_value(sector_code) over w_all as sector_last,
    last_value(status_code) over w_all as status_last
from ranked
where newest_status not in ('registered', 'not_accepted') and status_code not in ('registered', 'not_accepted')
window
    w as (partition by unit_code, case_code order by period_no),
    w_all as (partition by unit_code, case_code order by period_no rows between unbounded preceding and unbounded following);

create table month_row as
select
    *,
    unnest(generate_series(
        greatest(from_no, year(received_last) * 12 + month(received_last) - 1),
        least(to_no, coalesce(year(completed_last) * 12 + month(completed_last) - 1, 999999), (select max(period_no) from typed))
    )) as month_no
from state;

create table counts as
with verdict as (
    select
        unit_code,
        sector_last as sector_code,
        month_no,
        month_no > year(received_last) * 12 + month(received_last) - 1 as is_opening,
        coalesce(month_no = year(completed_last) * 12 + month(completed_last) - 1, false) as is_resolved,
        status_last,
        completed_last,
        due_on,
        status_code in ('supplement_requested', 'payment_requested', 'stopped') and completed_on is null as is_suspended,
        last_day(make_date(month_no // 12, month_no % 12 + 1, 1)) as last_on
    from month_row
)
select
    printf('%04d-%02d', month_no // 12, month_no % 12 + 1) as period,
    unit_code,
    sector_code,
    count(*) filter (is_opening) as opening_count,
    count(*) filter (not is_opening) as received_count,
    count(*) filter (is_resolved and status_last not in ('withdrawn', 'refused') and completed_last < due_on) as resolved_early_count,
    count(*) filter (is_resolved and status_last not in ('withdrawn', 'refused') and completed_last = due_on) as resolved_on_time_count,
    count(*) filter (is_resolved and status_last not in ('withdrawn', 'refused') and completed_last > due_on) as resolved_late_count,
    count(*) filter (is_resolved and status_last not in ('withdrawn', 'refused') and due_on is null) as resolved_no_due_count,
    count(*) filter (is_resolved and status_last = 'withdrawn') as withdrawn_count,
    count(*) filter (is_resolved and status_last = 'refused') as refused_count,
    count(*) filter (not is_resolved and is_suspended) as pending_suspended_count,
    count(*) filter (not is_resolved and not is_suspended and due_on is null) as pending_no_due_count,
    count(*) filter (not is_resolved and not is_suspended and due_on < last_on) as pending_overdue_count,
    count(*) filter (not is_resolved and not is_suspended and due_on >= last_on) as pending_in_time_count
from verdict
where month_no >= (select min(period_no) from typed)
group by all;
