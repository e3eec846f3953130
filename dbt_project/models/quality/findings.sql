-- Every finding of every accepted file: row × rule, with the cell it points at. Texts stand in seeds/row_rule.csv.
with every as (
    select submission_id, sheet, row_number, rule_id, severity
    from {{ ref('int_row_finding') }}
    union all
    select f.submission_id, f.sheet, f.row_number, f.rule_id, q.severity
    from {{ ref('int_case_finding') }} as f
    inner join {{ ref('row_rule') }} as q on f.rule_id = q.rule_id
    union all
    select s.submission_id, null, null, q.rule_id, q.severity
    from {{ ref('int_submission_standing') }} as s
    inner join {{ ref('row_rule') }} as q on q.rule_id = 'stated_total_differs'
    where s.status = 'accepted' and s.stated_total is not null and s.stated_total <> s.rows_decoded
),

located as (
    select
        e.*,
        q.column_name,
        q.message,
        q.fix,
        r.case_code,
        case q.column_name
            when 'case_code' then r.case_code
            when 'unit' then r.unit
            when 'received_at' then r.received_cell
            when 'due_at' then r.due_cell
            when 'completed_at' then r.completed_cell
            when 'returned_at' then r.returned_cell
            when 'status' then r.status_cell
            when 'channel' then r.channel_cell
            when 'sector' then coalesce(r.sector_cell, r.sector_code_cell)
            when 'procedure' then coalesce(r.procedure_cell, r.procedure_code_cell)
            when 'official' then coalesce(r.official_cell, r.official_code)
        end as value
    from every as e
    inner join (
        select distinct on (rule_id) rule_id, column_name, message, fix
        from {{ ref('row_rule') }}
        order by rule_id asc, from_period desc
    ) as q on e.rule_id = q.rule_id
    left join {{ ref('stg_case_row') }} as r
        on e.submission_id = r.submission_id and e.sheet = r.sheet and e.row_number = r.row_number
)

select
    l.submission_id,
    g.unit_code,
    g.unit_name,
    g.period,
    g.file_name,
    l.sheet,
    l.row_number,
    l.case_code,
    l.rule_id,
    l.severity,
    l.column_name,
    c.label as column_label,
    c.column_letter || l.row_number as cell,
    l.value,
    l.message,
    l.fix
from located as l
inner join {{ ref('load_ledger') }} as g on l.submission_id = g.submission_id
left join {{ source('raw', 'submission_column') }} as c
    on l.submission_id = c.submission_id
    and c.canonical = case
        when l.column_name in ('sector', 'procedure', 'official')
            and not exists (
                select 1 from {{ source('raw', 'submission_column') }} as x
                where x.submission_id = l.submission_id and x.canonical = l.column_name
            ) then l.column_name || '_code'
        else l.column_name
    end
