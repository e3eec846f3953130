-- Decoded rows with their dates as moments. Where the date in a national case code proves that day and month were swapped when
-- the row was written, the received date and the row's other dates of the same form are turned back (`*_is_swapped`); what only
-- may be swapped is never guessed: it is kept as read and `ambiguous_column` names it (docs/decisions/0008).
{{ config(materialized='view') }}
{% set dates = ['received', 'due', 'completed', 'returned'] %}
with read as (
    select
        t.* exclude (received_at, due_at, completed_at, returned_at),
        {%- for date in dates %}
        t.{{ date }}_at as {{ date }}_cell,
        t.{{ date }}_at is null or coalesce({{ date }}.is_blank, false) as {{ date }}_is_blank,
        {{ date }}.read_at as {{ date }}_read,
        {{ date }}.other_at as {{ date }}_other,
        coalesce({{ date }}.has_time, false) as {{ date }}_has_time,
        {{ date }}.form as {{ date }}_form,
        {{ date }}.is_month_first as {{ date }}_is_month_first,
        {%- endfor %}
        regexp_extract(t.case_code, '{{ national_code() }}', ['authority', 'authority_in_short', 'day']) as code
    from {{ ref('stg_case_text') }} as t
    {%- for date in dates %}
    left join {{ ref('stg_date_text') }} as {{ date }}
        on t.date_reading = {{ date }}.date_reading and t.{{ date }}_at = {{ date }}.date_text
    {%- endfor %}
),

coded as (
    select
        * exclude (code),
        nullif(code.authority || code.authority_in_short, '') as code_authority,
        {{ day_of("'20' || code.day[1:2]", 'code.day[3:4]', 'code.day[5:6]') }} as code_on
    from read
),

-- What the code proves of the form that the received date is written in.
proven as (
    select
        *,
        case
            when received_other::DATE = code_on and coalesce(received_read::DATE <> code_on, true) then received_form
        end as swapped_form,
        case when received_read::DATE = code_on and coalesce(received_other::DATE <> code_on, true) then received_form end as straight_form
    from coded
),

-- Files in which every row that proves anything of a form proves it swapped: there a date of that form that could be read
-- both ways is in doubt even where its own row proves nothing.
doubtful as (
    select submission_id, list(form) as forms
    from (
        select submission_id, coalesce(swapped_form, straight_form) as form
        from proven
        where coalesce(swapped_form, straight_form) is not null
        group by all
        having bool_and(swapped_form is not null)
    )
    group by submission_id
),

-- The other dates of a swapped row, read the way that its received date proves.
turned as (
    select
        p.*,
        {%- for date in dates %}
        p.swapped_form = p.{{ date }}_form as {{ date }}_is_turned,
        case when p.{{ date }}_is_month_first = p.received_is_month_first then p.{{ date }}_other else p.{{ date }}_read end
            as {{ date }}_turned,
        {%- endfor %}
        d.forms as doubtful_forms
    from proven as p
    left join doubtful as d on p.submission_id = d.submission_id
),

judged as (
    select
        *,
        case
            {%- for date in dates %}
            when {{ date }}_is_turned and {{ date }}_turned is null and {{ date }}_read is not null then '{{ date }}_at'
            when list_contains(doubtful_forms, {{ date }}_form) and {{ date }}_read <> {{ date }}_other
                and coalesce(swapped_form <> {{ date }}_form, true) then '{{ date }}_at'
            {%- endfor %}
        end as ambiguous_column
    from turned
)

select
    * exclude (
        {%- for date in dates %}
        {{ date }}_read, {{ date }}_other, {{ date }}_form, {{ date }}_is_month_first, {{ date }}_is_turned, {{ date }}_turned,
        {%- endfor %}
        swapped_form, straight_form, doubtful_forms
    ),
    {%- for date in dates %}
    case when {{ date }}_is_turned and ambiguous_column is null then coalesce({{ date }}_turned, {{ date }}_read) else {{ date }}_read end
        as {{ date }}_at,
    coalesce(
        {{ date }}_is_turned and ambiguous_column is null and {{ date }}_turned is distinct from {{ date }}_read, false
    ) as {{ date }}_is_swapped
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from judged
