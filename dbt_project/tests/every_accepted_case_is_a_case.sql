-- A code is a case exactly when the newest standing row that names it is an accepted one (domain §2). That fct_case holds
-- it once is the uniqueness of its key.
with named as (
    select case_key, arg_max(fate, period_no * 1000000 + receipt_seq) as fate
    from {{ ref('int_case_row_standing') }}
    group by case_key
)

select n.case_key as named_key, c.case_key
from (select case_key from named where fate = 'accepted') as n
full join {{ ref('fct_case') }} as c on n.case_key = c.case_key
where n.case_key is null or c.case_key is null
