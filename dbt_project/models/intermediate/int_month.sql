-- Every month of the warehouse, by number: from the first month a case was received in (old open cases must not drop out)
-- to the newest month with an accepted submission of cases.
with bounds as (
    select
        least(
            (select min({{ month_no('received_on') }}) from {{ ref('int_case_state') }}),
            (select min(period_no) from {{ ref('stg_submission') }} where status = 'accepted' and feed = 'cases')
        ) as first_no,
        (select max(period_no) from {{ ref('stg_submission') }} where status = 'accepted' and feed = 'cases') as last_no
)

select unnest(generate_series(first_no, last_no)) as month_no, last_no
from bounds
where last_no is not null
