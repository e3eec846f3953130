-- Why a file was rejected as a whole or is held for a person, one row per message.
select
    m.submission_id,
    s.unit_code,
    u.unit_name,
    s.period,
    s.feed,
    s.file_name,
    s.status,
    m.code,
    m.sheet,
    m.cell,
    m.column_label,
    m.value,
    m.message
from {{ source('raw', 'file_message') }} as m
inner join {{ ref('stg_submission') }} as s on m.submission_id = s.submission_id
left join (
    select unit_code, arg_max(unit_name, valid_from) as unit_name from {{ ref('stg_unit') }} group by unit_code
) as u on s.unit_code = u.unit_code
