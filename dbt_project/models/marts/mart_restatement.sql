-- What moved in signed months since they were signed, and why. The rows are written once all live tables stand, when a closing
-- can be laid beside them (warehouse.restatement): unit (× sector) × month × measure × closing × cause.
select
    period,
    closing_version,
    '' as unit_code,
    null::VARCHAR as sector_code,
    '' as measure,
    null::DOUBLE as signed_value,
    null::DOUBLE as current_value,
    null::DOUBLE as difference,
    '' as cause,
    null::VARCHAR as cause_detail,
    null::VARCHAR as submission_id,
    null::VARCHAR as cause_unit_code,
    null::VARCHAR as cause_period,
    null::VARCHAR as cause_file_name
from {{ ref('dim_closing') }}
where false
