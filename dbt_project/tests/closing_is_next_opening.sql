-- Law 4: what a unit has pending at a month's end opens its next month, per calendar, grain and sector.
-- A unit's first built month has no month before it (its old open cases are its opening).
with counts as (
    select calendar, grain, unit_code, sector_code, month_no, opening_count, {{ pending_total() }} as closing_count
    from {{ ref('agg_unit_sector_month') }}
),

built as (
    select unit_code, min(month_no) as first_no, max(month_no) as last_no
    from {{ ref('fct_unit_report') }}
    group by unit_code
),

sides as (
    select calendar, grain, unit_code, sector_code, month_no, opening_count, 0 as closing_count from counts
    union all
    select calendar, grain, unit_code, sector_code, month_no + 1, 0, closing_count from counts
)

select s.calendar, s.grain, s.unit_code, s.sector_code, s.month_no, sum(s.opening_count) as opened, sum(s.closing_count) as closed
from sides as s
inner join built as b on s.unit_code = b.unit_code and s.month_no > b.first_no and s.month_no <= b.last_no
group by s.calendar, s.grain, s.unit_code, s.sector_code, s.month_no
having sum(s.opening_count) <> sum(s.closing_count)
