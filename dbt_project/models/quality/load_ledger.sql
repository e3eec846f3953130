-- One row per submission: what came and what became of its rows. rows_read = accepted + rejected + duplicate + ignored.
-- What was read and ignored by the reader (titles, totals, signatures) and rows of portal status 1 and 3 are both "ignored".
select
    s.submission_id,
    s.unit_code,
    u.unit_name,
    s.period,
    s.feed,
    s.file_name,
    s.uri,
    s.sha256,
    s.receipt_seq::BIGINT as receipt_seq,
    s.pulled_at,
    s.mode,
    s.layout,
    s.export_kind,
    s.status,
    s.is_current,
    case when s.status = 'accepted' then s.rows_read end::BIGINT as rows_read,
    case when s.status = 'accepted' then s.rows_accepted end::BIGINT as rows_accepted,
    case when s.status = 'accepted' then s.rows_rejected end::BIGINT as rows_rejected,
    case when s.status = 'accepted' then s.rows_duplicate end::BIGINT as rows_duplicate,
    case when s.status = 'accepted' then s.rows_ignored + s.rows_no_case end::BIGINT as rows_ignored,
    case when s.status = 'accepted' then s.rows_decoded end::BIGINT as rows_decoded,
    s.stated_total::BIGINT as stated_total,
    s.message
from {{ ref('int_submission_standing') }} as s
left join (
    select unit_code, arg_max(unit_name, valid_from) as unit_name from {{ ref('stg_unit') }} group by unit_code
) as u on s.unit_code = u.unit_code
