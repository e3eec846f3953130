-- Rate policies: what joins numerator and denominator, and whether dates or times of day are compared (domain §2).
select
    policy_code,
    policy_name,
    grain,
    array_to_string(numerator, ' + ') as numerator,
    array_to_string(denominator, ' + ') as denominator,
    policy_code = (select default_policy from {{ source('raw', 'site') }}) as is_default
from {{ ref('stg_policy') }}
