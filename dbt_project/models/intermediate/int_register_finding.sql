-- One row per register cell and rule it breaks, with the severity in force for its month and unit and the texts for the clerk.
-- Exact duplicates are gone before any rule looks (they are counted in the ledger).
with copies as (
    select submission_id, row_key, count(*) as copies
    from {{ ref('int_register_row') }}
    where not is_duplicate and has_key
    group by all
    having count(*) > 1
),

checked as (
    select
        c.submission_id,
        c.sheet,
        c.row_number,
        c.period,
        c.register,
        c.column_name,
        c.label,
        c.value,
        coalesce(c.not_before, c.at_most) as other_name,
        r.row_unit_code as unit_code,
        list_filter([
            {%- for rule_id, condition in register_rules() %}
            case when {{ condition }} then '{{ rule_id }}' end
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ], rule_id -> rule_id is not null) as broken
    from {{ ref('stg_register_cell') }} as c
    inner join {{ ref('int_register_row') }} as r
        on c.submission_id = r.submission_id and c.sheet = r.sheet and c.row_number = r.row_number
    left join copies as n on r.submission_id = n.submission_id and r.row_key = n.row_key and r.has_key
    where not r.is_duplicate
),

broken as (
    select * exclude (broken), unnest(broken) as rule_id
    from checked
    where len(broken) > 0
)

select
    b.submission_id,
    b.sheet,
    b.row_number,
    b.register,
    b.column_name,
    b.value,
    b.rule_id,
    b.severity,
    b.waiver_approver,
    b.waiver_reason,
    b.waived_until,
    replace(replace(q.message, '{label}', b.label), '{other}', coalesce(o.label, '')) as message,
    replace(q.fix, '{allowed}', d.allowed) as fix
from ({{ judged('broken', ref('register_rule')) }}) as b
inner join (
    select distinct on (rule_id) rule_id, message, fix
    from {{ ref('register_rule') }}
    order by rule_id asc, from_period desc
) as q on b.rule_id = q.rule_id
inner join {{ source('raw', 'register_column') }} as d on b.register = d.register and b.column_name = d.column_name
left join {{ source('raw', 'register_column') }} as o on b.register = o.register and b.other_name = o.column_name
