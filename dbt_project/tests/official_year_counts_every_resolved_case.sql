-- Both grains of officials count the cases resolved in the year to date, each once.
with officials as (
    select
        period,
        grain,
        sum(resolved_early_count + resolved_on_time_count + resolved_late_count + resolved_no_due_count
            + withdrawn_count + refused_count) as resolved_count
    from {{ ref('mart_official_year') }}
    group by period, grain
),

months as (
    select u.period, (
        select sum(m.resolved_count) from {{ ref('mart_unit_month') }} as m
        where left(m.period, 4) = left(u.period, 4) and m.period <= u.period
    ) as resolved_count
    from (select distinct period from {{ ref('mart_unit_month') }}) as u
)

select m.period, g.grain, m.resolved_count, o.resolved_count as official_count
from months as m
cross join (select unnest(['person', 'name']) as grain) as g
left join officials as o on m.period = o.period and g.grain = o.grain
where m.resolved_count <> coalesce(o.resolved_count, 0)
