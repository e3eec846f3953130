-- Unit × month up to the newest one: what was asked, what came, what became of it, how late. Lateness is of the first accepted
-- file, by the day it was received on the authority's clock; a decision taken later does not make a file late.
-- Units that were asked and never sent are listed; so are files that nobody asked for.
with files as (
    select
        l.unit_code,
        l.period,
        count(*) as received_count,
        count(*) filter (l.status = 'accepted') as accepted_count,
        count(*) filter (l.status = 'held') as held_count,
        count(*) filter (l.status = 'rejected') as rejected_count,
        sum(l.rows_accepted) as accepted_rows,
        min((l.pulled_at::TIMESTAMPTZ at time zone a.time_zone)::DATE) as first_received_on,
        min((l.pulled_at::TIMESTAMPTZ at time zone a.time_zone)::DATE) filter (l.status = 'accepted') as first_accepted_on
    from {{ ref('load_ledger') }} as l
    cross join {{ ref('dim_authority') }} as a
    where l.feed = 'cases'
    group by l.unit_code, l.period
),

listed as (
    select unit_code, month_no from {{ ref('fct_expected_source') }}
    union
    select unit_code, month_no from {{ ref('fct_unit_report') }} where is_reported
    union
    select f.unit_code, m.month_no
    from files as f
    inner join {{ ref('dim_month') }} as m on f.period = m.period
),

placed as (
    select
        x.unit_code,
        x.month_no,
        {{ period_label('x.month_no') }} as period,
        arg_max(
            struct_pack(latest_name := d.unit_name, latest_level := d.unit_level),
            struct_pack(
                is_in_force := {{ reporting_month_end('x.month_no', 'calendar') }} between d.valid_from and d.valid_to,
                since := d.valid_from
            )
        ) as named
    from listed as x
    inner join {{ ref('dim_unit') }} as d on x.unit_code = d.unit_code
    group by x.unit_code, x.month_no
)

select
    p.period,
    p.unit_code,
    p.named.latest_name as unit_name,
    p.named.latest_level as unit_level,
    e.unit_code is not null as is_expected,
    e.due_on,
    coalesce(f.received_count, 0) as received_file_count,
    coalesce(f.accepted_count, 0) as accepted_file_count,
    coalesce(f.held_count, 0) as held_file_count,
    coalesce(f.rejected_count, 0) as rejected_file_count,
    coalesce(f.accepted_rows, 0)::BIGINT as accepted_row_count,
    f.first_received_on,
    f.first_accepted_on,
    case
        when f.first_accepted_on > e.due_on then f.first_accepted_on - e.due_on
        when f.first_accepted_on is not null and e.due_on is not null then 0
    end::BIGINT as late_days,
    coalesce(r.is_reported, false) as is_reported,
    case
        when coalesce(r.is_reported, false) then 'reported'
        when f.held_count > 0 then 'held'
        when f.rejected_count > 0 then 'rejected'
        when e.unit_code is not null then 'missing'
        else 'not_asked'
    end as coverage_state,
    {{ maturity('p.month_no', 'p.unit_code') }} as maturity
from placed as p
left join {{ ref('fct_expected_source') }} as e on p.unit_code = e.unit_code and p.month_no = e.month_no
left join {{ ref('fct_unit_report') }} as r on p.unit_code = r.unit_code and p.month_no = r.month_no
left join files as f on p.unit_code = f.unit_code and p.period = f.period
