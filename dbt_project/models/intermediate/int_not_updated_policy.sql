-- One row: when an open case counts as not updated, and among which open cases (domain §5). The site's row wins over the shipped one.
with chosen as (
    select policy_name, pending_states, quiet_working_days, of_states
    from {{ source('raw', 'not_updated_policy') }}
    union all
    select policy_name, pending_states, quiet_working_days::BIGINT as quiet_working_days, of_states
    from {{ ref('shipped_not_updated') }}
    where not exists (select 1 from {{ source('raw', 'not_updated_policy') }})
)

select
    policy_name,
    quiet_working_days,
    string_split(replace(pending_states, ' ', ''), '+') as pending_states,
    string_split(replace(of_states, ' ', ''), '+') as of_states
from chosen
