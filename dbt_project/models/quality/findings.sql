-- Every finding of every accepted file: row × rule (× column in a register), with the cell it points at. Texts stand in
-- seeds/row_rule.csv and, for registers, in seeds/register_rule.csv.
with others as (
    select submission_id, sheet, row_number, rule_id
    from {{ ref('int_case_finding') }}
    union all by name
    -- The reader compared every number that a file states with the rows it is about.
    select
        t.submission_id,
        t.sheet,
        t.row_number,
        'stated_total_differs' as rule_id,
        t.cell as stated_cell,
        t.stated::VARCHAR as stated,
        t.counted::VARCHAR as counted
    from {{ source('raw', 'stated_total') }} as t
    inner join {{ ref('int_submission_standing') }} as s on t.submission_id = s.submission_id
    where s.status = 'accepted' and t.stated <> t.counted
),

others_placed as (
    select o.*, s.period, coalesce(r.row_unit_code, s.unit_code) as unit_code
    from others as o
    inner join {{ ref('int_submission_standing') }} as s on o.submission_id = s.submission_id
    left join {{ ref('stg_case_row') }} as r
        on o.submission_id = r.submission_id and o.sheet = r.sheet and o.row_number = r.row_number
),

every as (
    select submission_id, sheet, row_number, rule_id, severity, waiver_approver, waiver_reason, waived_until
    from {{ ref('int_row_finding') }}
    union all by name
    select
        submission_id,
        sheet,
        row_number,
        rule_id,
        severity,
        waiver_approver,
        waiver_reason,
        waived_until,
        stated_cell,
        stated,
        counted
    from ({{ judged('others_placed') }})
),

located as (
    select
        e.*,
        case when e.rule_id = 'ambiguous_date' then r.ambiguous_column else q.column_name end as column_name,
        replace(replace(q.message, '{stated}', coalesce(e.stated, '')), '{counted}', coalesce(e.counted, '')) as message,
        q.fix,
        r.case_code,
        case e.rule_id
            when 'swapped_received_date' then strftime(r.received_at, '%d/%m/%Y')
            when 'swapped_due_date' then strftime(r.due_at, '%d/%m/%Y')
            when 'swapped_completed_date' then strftime(r.completed_at, '%d/%m/%Y')
            when 'swapped_returned_date' then strftime(r.returned_at, '%d/%m/%Y')
        end as read_as,
        case case when e.rule_id = 'ambiguous_date' then r.ambiguous_column else q.column_name end
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
            else coalesce(r.unread_cells[q.column_name], e.stated)
        end as value
    from every as e
    inner join (
        select distinct on (rule_id) rule_id, column_name, message, fix
        from {{ ref('row_rule') }}
        order by rule_id asc, from_period desc
    ) as q on e.rule_id = q.rule_id
    left join {{ ref('stg_case_row') }} as r
        on e.submission_id = r.submission_id and e.sheet = r.sheet and e.row_number = r.row_number

    union all by name

    -- A register's columns are known by register and name: several sheets have a column of one name.
    select
        submission_id,
        sheet,
        row_number,
        rule_id,
        severity,
        waiver_approver,
        waiver_reason,
        waived_until,
        register || '.' || column_name as column_name,
        message,
        fix,
        value
    from {{ ref('int_register_finding') }}
)

select
    l.submission_id,
    g.unit_code,
    g.unit_name,
    g.period,
    g.feed,
    g.file_name,
    l.sheet,
    l.row_number,
    l.case_code,
    l.rule_id,
    l.severity,
    l.column_name,
    c.label as column_label,
    coalesce(l.stated_cell, c.column_letter || l.row_number) as cell,
    l.value,
    l.message,
    l.fix,
    l.read_as,
    l.waiver_approver,
    l.waiver_reason,
    l.waived_until
from located as l
inner join {{ ref('load_ledger') }} as g on l.submission_id = g.submission_id
left join {{ source('raw', 'submission_column') }} as c
    on l.submission_id = c.submission_id
    and l.sheet = c.sheet
    and c.canonical = case
        when l.column_name in ('sector', 'procedure', 'official')
            and not exists (
                select 1 from {{ source('raw', 'submission_column') }} as x
                where x.submission_id = l.submission_id and x.sheet = l.sheet and x.canonical = l.column_name
            ) then l.column_name || '_code'
        else l.column_name
    end
