-- The disjoint counts of domain §2 per reporting calendar × grain of comparison × unit × sector × month: what every mart of
-- counts adds up. Months before a unit's first accepted month are not built.
with counted as (
    {{ unit_sector_counts(ref('int_case_month'), 'calendar', 'date') }}
    union all by name
    {{ unit_sector_counts(ref('int_case_month'), 'calendar', 'timestamp') }}
    union all by name
    {{ unit_sector_counts(ref('int_case_month_d15'), 'd15', 'date') }}
    union all by name
    {{ unit_sector_counts(ref('int_case_month_d15'), 'd15', 'timestamp') }}
)

select
    c.calendar,
    c.grain,
    r.period,
    c.month_no,
    c.unit_code,
    c.sector_code,
    {{ count_columns('c.') }}
from counted as c
inner join {{ ref('fct_unit_report') }} as r on c.unit_code = r.unit_code and c.month_no = r.month_no
