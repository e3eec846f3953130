-- Calendar × month × official × unit × attribution: how the cases resolved in the month ended for the official.
with resolved as (
    select 'calendar' as calendar, month_no, unit_code, case_key
    from {{ ref('fct_case_month') }}
    where is_resolved
    union all
    select 'd15', month_no, unit_code, case_key
    from {{ ref('fct_case_month_d15') }}
    where is_resolved
)

select
    r.calendar,
    r.month_no,
    o.official_key,
    r.unit_code,
    o.attribution,
    {%- for verdict in ['early', 'on_time', 'late', 'no_due'] %}
    count(*) filter (o.resolution = '{{ verdict }}') as resolved_{{ verdict }}_count,
    {%- endfor %}
    count(*) filter (o.resolution = 'withdrawn') as withdrawn_count,
    count(*) filter (o.resolution = 'refused') as refused_count
from resolved as r
inner join {{ ref('fct_official_case') }} as o on r.case_key = o.case_key
group by r.calendar, r.month_no, o.official_key, r.unit_code, o.attribution
