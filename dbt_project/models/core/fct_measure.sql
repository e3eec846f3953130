-- Unit × reporting period × measure: what targets, duties and index criteria are held against. Sparse: a measure without
-- any figure has no row, and marts say "no data" for it. A rate's denominator may be 0: a figure, but no rate.
{% set parts = ['msr_counts', 'msr_service', 'msr_backlog', 'msr_register', 'msr_obligation'] %}
with measured as (
    {%- for part in parts %}
    select * from {{ ref(part) }}
    {%- if not loop.last %}
    union all by name
    {%- endif %}
    {%- endfor %}
)

select
    calendar,
    period_kind,
    period,
    last_month_no,
    unit_code,
    measure_code,
    numerator,
    denominator,
    case
        when denominator is null then numerator::DOUBLE
        else numerator / nullif(denominator, 0)
    end as measure_value,
    input
from measured
