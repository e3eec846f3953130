-- One row per case and accepted period: the row of the greatest receipt, also between two units that send the same case.
-- Where that row is of portal status 1 or 3 the period has no state; a code whose newest row is one is no case (domain §2).
-- `from_no`..`to_no` are the months M for which State(case, M) is this row: the greatest accepted period <= M, before the
-- first one the first.
-- A column that the layout declares absent does not overwrite: its value comes from the newest earlier state that has it.
{% set carried = {
    'received': ['received_at', 'received_on', 'received_has_time'],
    'due': ['due_at', 'due_on', 'due_has_time'],
    'completed': ['completed_at', 'completed_on', 'completed_has_time'],
    'returned': ['returned_at', 'returned_on'],
    'status': ['status_code'],
    'sector': ['sector_code'],
    'procedure': ['procedure_code'],
    'official': ['official_code', 'official_cell', 'official_name_key'],
    'channel': ['channel'],
} %}
{% do carried.update(service_facts()) %}
with submissions as (
    select
        submission_id,
        export_kind,
        -- One bit for each group of columns that the file lacks.
        (
            {%- for group in carried %}
            {%- if group in ['sector', 'procedure', 'official'] %}
            (coalesce(list_has_all(absent, ['{{ group }}', '{{ group }}_code']), false)::BIGINT << {{ loop.index0 }})
            {%- else %}
            {%- set column = group ~ '_at' if group in ['received', 'due', 'completed', 'returned'] else group %}
            (coalesce(list_contains(absent, '{{ column }}'), false)::BIGINT << {{ loop.index0 }})
            {%- endif %}
            {%- if not loop.last %} |{% endif %}
            {%- endfor %}
        ) as lacks
    from {{ ref('stg_submission') }}
),

newest as (
    select case_key, arg_max(fate, period_no * 1000000 + receipt_seq) as fate
    from {{ ref('int_case_row_standing') }}
    group by case_key
),

winner as (
    select
        case_key,
        period_no,
        arg_max(struct_pack(submission_id, sheet, row_number), receipt_seq) as won
    from {{ ref('int_case_row_standing') }}
    group by case_key, period_no
    having arg_max(fate, receipt_seq) = 'accepted'
),

stated as (
    select
        w.case_key,
        w.period_no,
        r.case_code,
        r.submission_id,
        r.sheet,
        r.row_number,
        r.sender_code,
        r.row_unit_code,
        s.export_kind,
        s.lacks,
        {%- for columns in carried.values() %}
        {%- for column in columns %}
        r.{{ column }},
        {%- endfor %}
        {%- endfor %}
        r.overdue_cause
    from winner as w
    inner join newest as n on w.case_key = n.case_key and n.fate = 'accepted'
    inner join {{ ref('stg_case_row') }} as r
        on w.won.submission_id = r.submission_id and w.won.sheet = r.sheet and w.won.row_number = r.row_number
    inner join submissions as s on w.won.submission_id = s.submission_id
),

-- Carrying costs a window per column, so only the cases that need it pay: seen with a column, and without it.
needs_carry as (
    select case_key
    from stated
    group by case_key
    having bit_or(lacks) <> bit_and(lacks)
),

kept as (
    select * from stated where case_key not in (select case_key from needs_carry)
),

filled as (
    select
        * replace (
            {%- for group, columns in carried.items() %}
            {%- set outer = loop %}
            {%- set has = '(lacks >> ' ~ loop.index0 ~ ') & 1 = 0' %}
            {%- for column in columns %}
            coalesce(
                last_value(case when {{ has }} then struct_pack(value := {{ column }}) end ignore nulls) over (
                    partition by case_key order by period_no rows between unbounded preceding and current row
                ),
                struct_pack(value := {{ column }})
            ).value as {{ column }}
            {%- if not (outer.last and loop.last) %},{% endif %}
            {%- endfor %}
            {%- endfor %}
        )
    from stated
    where case_key in (select case_key from needs_carry)
),

every as (
    select * from kept
    union all by name
    select * from filled
)

select
    * exclude (lacks),
    row_number() over by_period as state_number,
    row_number() over (partition by case_key order by period_no desc) = 1 as is_newest,
    case when lag(period_no) over by_period is null then 0 else period_no end as from_no,
    coalesce(lead(period_no) over by_period - 1, 999999) as to_no,
    lag(row_unit_code) over by_period as previous_unit_code,
    lag(sender_code) over by_period as previous_sender_code,
    lag(period_no) over by_period as previous_period_no,
    lead(row_unit_code) over by_period as next_unit_code,
    lead(sender_code) over by_period as next_sender_code,
    lead(due_on) over by_period as next_due_on,
    lead(completed_on) over by_period as next_completed_on,
    lead(submission_id) over by_period as next_submission_id,
    lead(sheet) over by_period as next_sheet,
    lead(row_number) over by_period as next_row_number
from every
window by_period as (partition by case_key order by period_no)
