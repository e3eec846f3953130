-- Causes of delay and the texts that mean them: shipped ones in their order, the site's rows winning.
with shipped as (
    select cause_code, cause_name, string_split(coalesce(labels, ''), ';') as labels, position::BIGINT as position
    from {{ ref('overdue_cause') }}
)

select
    coalesce(o.cause_code, s.cause_code) as cause_code,
    coalesce(o.cause_name, s.cause_name) as cause_name,
    coalesce(o.labels, s.labels) as labels,
    s.position
from shipped as s
full join {{ source('raw', 'overdue_cause') }} as o on s.cause_code = o.cause_code
