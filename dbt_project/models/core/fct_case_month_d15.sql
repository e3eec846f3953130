-- Case × month of the 15th-to-14th calendar (NĐ 09/2019): what the form's cells of that calendar go back to.
with {{ with_last_event(ref('int_case_month_d15'), 'd15') }}

select
    case_key,
    period,
    month_no::INTEGER as month_no,
    unit_code,
    opening_unit_code,
    sector_code,
    coalesce(channel, 'direct') as channel,
    is_opening,
    is_received,
    is_transferred,
    is_resolved,
    resolution,
    pending_state,
    due_on,
    {{ period_label('state_period_no') }} as state_period,
    last_event_on,
    is_not_updated
from judged
