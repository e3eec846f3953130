-- One row per decoded row and row rule it breaks, with the severity in force for its month and unit.
-- Exact duplicates are gone before any rule looks (they are counted in the ledger).
with copies as (
    select submission_id, case_key, count(*) as copies
    from {{ ref('stg_case_row') }}
    where not is_duplicate and case_key is not null
    group by all
    having count(*) > 1
),

checked as (
    select
        r.submission_id,
        r.sheet,
        r.row_number,
        r.period,
        r.row_unit_code,
        list_filter([
            {%- for rule_id, condition in row_rules() %}
            case when {{ condition }} then '{{ rule_id }}' end
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        ], rule_id -> rule_id is not null) as broken
    from {{ ref('stg_case_row') }} as r
    inner join {{ ref('stg_submission') }} as s on r.submission_id = s.submission_id
    left join copies as n on r.submission_id = n.submission_id and r.case_key = n.case_key
    where not r.is_duplicate
),

broken as (
    select submission_id, sheet, row_number, period, row_unit_code as unit_code, unnest(broken) as rule_id
    from checked
    where len(broken) > 0
)

select
    submission_id,
    sheet,
    row_number,
    rule_id,
    severity,
    waiver_approver,
    waiver_reason,
    waived_until
from ({{ judged('broken') }})
