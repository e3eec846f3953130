-- One row per duty and measure: the duty's items as legal basis in words, its lists as lists, and what its measure is counted from.
with item as (
    select duty_code, unnest(string_split(items, ';')) as item
    from {{ ref('duty') }}
),

basis as (
    select i.duty_code, string_agg(l.document || ', mục ' || substr(i.item, 2), '; ' order by i.item) as legal_basis
    from item as i
    inner join {{ ref('founding_letter') }} as l on left(i.item, 1) = l.letter
    group by i.duty_code
),

part as (
    select
        * exclude (measure_codes, unit_levels, target_codes),
        string_split(unit_levels, ';') as unit_levels,
        replace(target_codes, ';', '; ') as target_codes,
        unnest(string_split(measure_codes, ';')) as measure_code,
        generate_subscripts(string_split(measure_codes, ';'), 1) as measure_order
    from {{ ref('duty') }}
)

select
    p.duty_code,
    p.duty_name,
    b.legal_basis,
    p.measure_order,
    p.measure_code,
    m.measure_name,
    m.better,
    m.input,
    p.period_kind,
    p.frequency,
    p.unit_levels,
    p.from_period,
    p.to_period,
    p.target_codes,
    p.obligation_kind,
    p.detail
from part as p
left join {{ ref('measure') }} as m on p.measure_code = m.measure_code
left join basis as b on p.duty_code = b.duty_code
