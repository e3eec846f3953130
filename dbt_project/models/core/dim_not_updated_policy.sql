-- One row: when an open case counts as not updated (R26), and among which open cases the rate is taken.
select
    policy_name,
    array_to_string(pending_states, ' + ') as pending_states,
    quiet_working_days,
    array_to_string(of_states, ' + ') as of_states
from {{ ref('int_not_updated_policy') }}
