-- One row: the authority this warehouse belongs to and its settings that readers need.
select authority_code, authority_name, time_zone, default_policy, reporting_calendar
from {{ source('raw', 'site') }}
