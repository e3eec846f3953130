-- Names of officials with the key under which they are compared.
select distinct
    official as label,
    match_key(official) as official_key
from {{ ref('stg_case_text') }}
where official is not null
