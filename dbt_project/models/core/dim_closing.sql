-- One row per version of a signed month: who signed it, when and why, whether it stands, and what shook it since.
select
    period,
    {{ period_month_no('period') }}::INTEGER as month_no,
    version as closing_version,
    status as closing_status,
    closed_by,
    closed_at::TIMESTAMP as closed_at,
    reason as closing_reason,
    reopened_by,
    reopened_at::TIMESTAMP as reopened_at,
    reopen_reason,
    shaken_by is not null as is_shaken,
    shaken_by,
    code_revision,
    build_id as signed_build_id,
    lock_sha256
from {{ source('raw', 'closing') }}
