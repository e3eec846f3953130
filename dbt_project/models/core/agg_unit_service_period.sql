-- Numerators and denominators of service per reporting period × unit: the counts of agg_unit_procedure_month
-- added up, and counts of procedures. A unit's procedures are those that the reference gives to it or to its level, and those it
-- had a case of. What the reference leaves blank about one (level, fee) is known from its first case that tells, on.
-- Counts of procedures stand at the period's end; those with an online case or payment are counted over the period's own cases.
with period_month as (
    select calendar, period_kind, period, first_month_no, last_month_no, unnest(generate_series(first_month_no, last_month_no)) as month_no
    from {{ ref('dim_reporting_period') }}
),

report as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        p.last_month_no,
        r.unit_code,
        bool_or(r.is_reported) as is_reported
    from period_month as p
    inner join {{ ref('fct_unit_report') }} as r on p.month_no = r.month_no
    group by all
),

unit_month as (
    select
        calendar,
        unit_code,
        month_no
        {%- for name in service_counts() %},
        sum({{ name }}_count)::BIGINT as {{ name }}_count
        {%- endfor %}
    from {{ ref('agg_unit_procedure_month') }}
    group by calendar, unit_code, month_no
),

summed as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        m.unit_code
        {%- for name in service_counts() %},
        sum(m.{{ name }}_count) as {{ name }}_count
        {%- endfor %}
    from unit_month as m
    inner join period_month as p on m.calendar = p.calendar and m.month_no = p.month_no
    group by p.calendar, p.period_kind, p.period, m.unit_code
),

listed as (
    select d.unit_code, p.procedure_code
    from (select procedure_code, unnest(string_split(unit_levels, ';')) as unit_level from {{ ref('dim_procedure') }}) as p
    inner join {{ ref('dim_unit') }} as d on p.unit_level = d.unit_level
    union
    select unnest(string_split(unit_codes, ';')), procedure_code
    from {{ ref('dim_procedure') }}
),

handled as (
    select
        calendar,
        unit_code,
        procedure_code,
        arg_min(sector_code, month_no) as sector_code,
        min(month_no) as since_no,
        min(month_no) filter (level_known_count > 0) as level_known_no,
        min(month_no) filter (online_level_count > 0) as online_level_no,
        min(month_no) filter (fee_known_count > 0) as fee_known_no,
        min(month_no) filter (fee_count > 0) as fee_no
    from {{ ref('agg_unit_procedure_month') }}
    where procedure_code <> {{ blank_member() }}
    group by calendar, unit_code, procedure_code
),

-- The month from which each thing is so of a unit's procedure; 0 where the reference says it, which knows no time.
offered as (
    select
        o.calendar,
        o.unit_code,
        o.procedure_code,
        coalesce(p.sector_code, h.sector_code) as sector_code,
        p.is_payment_integrated,
        case when o.is_listed then 0 else h.since_no end as since_no,
        case when p.service_level is null then h.level_known_no else o.start_no end as level_known_no,
        case
            when p.service_level is null then h.online_level_no
            when p.service_level in ('partial', 'full') then o.start_no
        end as online_level_no,
        case when p.has_fee is null then h.fee_known_no else o.start_no end as fee_known_no,
        case when p.has_fee is null then h.fee_no when p.has_fee then o.start_no end as fee_no
    from (
        select
            calendar,
            unit_code,
            procedure_code,
            bool_or(is_listed) as is_listed,
            min(start_no) as start_no
        from (
            select c.calendar, l.unit_code, l.procedure_code, true as is_listed, 0 as start_no
            from listed as l
            cross join (select distinct calendar from {{ ref('dim_reporting_period') }}) as c
            union all
            select calendar, unit_code, procedure_code, false, since_no
            from handled
        )
        group by calendar, unit_code, procedure_code
    ) as o
    inner join {{ ref('dim_procedure') }} as p on o.procedure_code = p.procedure_code
    left join handled as h on o.calendar = h.calendar and o.unit_code = h.unit_code and o.procedure_code = h.procedure_code
),

-- Each thing with the month it began in: how many are so by the end of a month is a running sum.
begun as (
    select
        calendar,
        unit_code,
        unnest([
            struct_pack(thing := 'procedure', month_no := since_no),
            struct_pack(thing := 'level_known_procedure', month_no := level_known_no),
            struct_pack(thing := 'online_level_procedure', month_no := online_level_no),
            struct_pack(thing := 'fee_known_procedure', month_no := fee_known_no),
            struct_pack(thing := 'fee_procedure', month_no := fee_no),
            struct_pack(thing := 'integration_known_procedure', month_no := case when is_payment_integrated is not null then fee_no end),
            struct_pack(thing := 'integrated_procedure', month_no := case when is_payment_integrated then fee_no end)
        ], recursive := true)
    from offered
    union all
    select calendar, unit_code, 'online_level_sector', min(online_level_no)
    from offered
    where sector_code <> {{ blank_member() }}
    group by calendar, unit_code, sector_code
),

stocks as (
    select
        calendar,
        unit_code,
        month_no,
        lead(month_no, 1, 999999) over by_month as before_no
        {%- for name in procedure_counts() if name not in ['online_case_procedure', 'paid_online_procedure'] %},
        sum(count(*) filter (thing = '{{ name }}')) over by_month as {{ name }}_count
        {%- endfor %}
    from begun
    where month_no is not null
    group by calendar, unit_code, month_no
    window by_month as (partition by calendar, unit_code order by month_no)
),

-- Months in which a procedure had an online case, or a fee paid online: in a period it counts by its first one there.
happened as (
    select
        *,
        lag(month_no, 1, -1) over (partition by calendar, thing, unit_code, procedure_code order by month_no) as previous_no
    from (
        select calendar, unit_code, procedure_code, month_no, 'online_case' as thing
        from {{ ref('agg_unit_procedure_month') }}
        where received_online_count > 0
        union
        select calendar, unit_code, procedure_code, month_no, 'paid_online'
        from {{ ref('agg_unit_procedure_month') }}
        where paid_online_count > 0
    )
),

distinct_counts as (
    select
        p.calendar,
        p.period_kind,
        p.period,
        h.unit_code,
        count(*) filter (h.thing = 'online_case' and o.online_level_no <= p.last_month_no) as online_case_procedure_count,
        count(*) filter (h.thing = 'paid_online' and o.fee_no <= p.last_month_no) as paid_online_procedure_count
    from happened as h
    inner join offered as o on h.calendar = o.calendar and h.unit_code = o.unit_code and h.procedure_code = o.procedure_code
    inner join period_month as p
        on h.calendar = p.calendar and h.month_no = p.month_no and h.previous_no < p.first_month_no
    group by p.calendar, p.period_kind, p.period, h.unit_code
)

select
    p.calendar,
    p.period_kind,
    p.period,
    p.last_month_no,
    p.unit_code,
    p.is_reported
    {%- for name in service_counts() %},
    coalesce(s.{{ name }}_count, 0)::BIGINT as {{ name }}_count
    {%- endfor %}
    {%- for name in procedure_counts() %},
    coalesce({{ 'd' if name in ['online_case_procedure', 'paid_online_procedure'] else 'k' }}.{{ name }}_count, 0)::BIGINT
        as {{ name }}_count
    {%- endfor %}
from report as p
left join summed as s
    on p.calendar = s.calendar and p.period_kind = s.period_kind and p.period = s.period and p.unit_code = s.unit_code
left join stocks as k
    on p.calendar = k.calendar and p.unit_code = k.unit_code and p.last_month_no >= k.month_no and p.last_month_no < k.before_no
left join distinct_counts as d
    on p.calendar = d.calendar and p.period_kind = d.period_kind and p.period = d.period and p.unit_code = d.unit_code
