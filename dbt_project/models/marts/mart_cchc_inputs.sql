-- Month (year to date) × unit, or the authority by the sums of its units × criterion of an index: what the points rest on, or why there
-- is nothing yet. Every criterion in force has its row.
with {{ index_inputs() }}

select
    period,
    year_number as score_year,
    index_code,
    scope,
    nullif(member_code, '') as unit_code,
    member_name,
    unit_level,
    group_code,
    criterion_code,
    criterion_name,
    measure_code,
    measure_name,
    numerator,
    denominator,
    case
        when numerator is null then null
        when rule = 'declared' or kind = 'rate' then numerator / nullif(denominator, 0)
        else numerator::DOUBLE
    end as measure_value,
    source,
    missing_reason,
    {{ missing_text('missing_reason') }} as missing_text,
    {{ maturity('month_no', "nullif(member_code, '')") }} as maturity
from entry
