-- Form column 6 of a month is column 11 of the month before, net of transfers, per calendar, unit and sector (domain §3).
with form as (
    select f.calendar, f.unit_code, f.sector_code, p.last_month_no as month_no, f.carried_over_count, f.pending_total_count
    from {{ ref('mart_form_06a') }} as f
    inner join {{ ref('dim_reporting_period') }} as p
        on f.calendar = p.calendar and f.period_kind = p.period_kind and f.period = p.period
    where f.period_kind = 'month' and f.row_kind = 'sector'
),

built as (
    select unit_code, min(month_no) as first_no, max(month_no) as last_no
    from {{ ref('fct_unit_report') }}
    group by unit_code
),

sides as (
    select calendar, unit_code, sector_code, month_no, carried_over_count as carried, 0 as expected from form
    union all
    select calendar, unit_code, sector_code, month_no + 1, 0, pending_total_count from form
    union all
    select calendar, unit_code, sector_code, month_no, 0, transferred_in_count - transferred_out_count
    from {{ ref('agg_unit_sector_month') }}
    where grain = 'date'
)

select s.calendar, s.unit_code, s.sector_code, s.month_no, sum(s.carried) as carried, sum(s.expected) as expected
from sides as s
inner join built as b on s.unit_code = b.unit_code and s.month_no > b.first_no and s.month_no <= b.last_no
group by s.calendar, s.unit_code, s.sector_code, s.month_no
having sum(s.carried) <> sum(s.expected)
