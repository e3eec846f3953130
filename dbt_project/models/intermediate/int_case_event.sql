-- What shows that somebody worked on a case after its reception (docs/decisions/0012): a day that a step began or ended on; a row of a
-- movements export; and, where exports are snapshots, a state that differs from the one before in status, due date, completion or
-- official. The day of a change is not known: `event_no` is the month that first shows it. One row per case and event.
with again as (
    select
        case_key,
        period_no,
        export_kind,
        hash(status_code, due_on, completed_on, official_code, official_name_key) as content
    from {{ ref('int_case_state') }}
    where previous_period_no is not null or next_submission_id is not null or export_kind = 'movements'
),

compared as (
    select
        case_key,
        period_no,
        export_kind = 'movements' or content <> lag(content) over (partition by case_key order by period_no) as is_event
    from again
)

select case_key, period_no as event_no, null::DATE as event_on
from compared
where is_event
union
select case_key, null, unnest(list_filter([started_on, finished_on], d -> d is not null)) as event_on
from {{ ref('int_case_step') }}
where is_latest_row and case_key is not null
