-- Which accepted submissions stand. A replacement with at least one accepted row displaces what its unit sent before
-- for that month and feed; a file without any displaces nothing (domain §2, design §3).
with fates as (
    select submission_id, fate from {{ ref('int_case_row_fate') }}
    union all
    select submission_id, fate from {{ ref('int_register_row_fate') }}
),

counted as (
    select
        submission_id,
        count(*) as rows_decoded,
        count(*) filter (fate = 'accepted') as rows_accepted,
        count(*) filter (fate = 'rejected') as rows_rejected,
        count(*) filter (fate = 'duplicate') as rows_duplicate,
        count(*) filter (fate = 'ignored') as rows_no_case
    from fates
    group by submission_id
)

select
    s.*,
    coalesce(c.rows_decoded, 0) as rows_decoded,
    coalesce(c.rows_accepted, 0) as rows_accepted,
    coalesce(c.rows_rejected, 0) as rows_rejected,
    coalesce(c.rows_duplicate, 0) as rows_duplicate,
    coalesce(c.rows_no_case, 0) as rows_no_case,
    s.status = 'accepted' and s.mode = 'replace' and coalesce(c.rows_accepted, 0) > 0 as is_displacing,
    s.status = 'accepted' and s.receipt_seq >= coalesce(
        max(s.receipt_seq) filter (
            s.status = 'accepted' and s.mode = 'replace' and coalesce(c.rows_accepted, 0) > 0
        ) over (partition by s.unit_code, s.feed, s.period),
        0
    ) as is_current
from {{ ref('stg_submission') }} as s
left join counted as c on s.submission_id = c.submission_id
