-- The decoded rows of accepted submissions, white space folded, with the identity of an exact duplicate.
-- Held and rejected files stop here: nothing of theirs reaches a figure.
{% set columns = case_columns() %}

with cleaned as (
    select
        s.submission_id,
        s.unit_code as sender_code,
        s.period,
        s.period_no,
        s.receipt_seq,
        s.layout,
        s.date_reading,
        coalesce(r.sheet, '') as sheet,
        r.row_number,
        {%- for column in columns %}
        {{ clean_text('r.' ~ column) }} as {{ column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ source('raw', 'case_row') }} as r
    inner join {{ ref('stg_submission') }} as s
        on r.decode_id = s.decode_id and r.submission_id = s.submission_id
    where s.status = 'accepted'
)

select
    *,
    hash(layout, {{ service_columns() | join(', ') }}) as service_key,
    row_number() over (
        partition by submission_id, case_code, hash({{ columns | join(', ') }})
        order by sheet, row_number
    ) > 1 as is_duplicate
from cleaned
