-- Rate policies, shipped ones first, the site's rows winning. Numerator and denominator are lists of canonical measures.
with shipped as (
    select policy_code, policy_name, grain, numerator, denominator
    from {{ ref('policy') }}
    where policy_code not in (select policy_code from {{ source('raw', 'policy') }})
),

every as (
    select * from shipped
    union all by name
    select policy_code, policy_name, grain, numerator, denominator from {{ source('raw', 'policy') }}
)

select
    policy_code,
    policy_name,
    grain,
    list_transform(string_split(numerator, '+'), measure -> trim(measure)) as numerator,
    list_transform(string_split(denominator, '+'), measure -> trim(measure)) as denominator
from every
