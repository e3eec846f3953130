{# Case months with the last event on each open case, and whether it counts as not updated (docs/decisions/0012): in one of the policy's #}
{# pending states and without an event for its number of working days, as of the month's end. `relation`: rows of case_month. #}
{# The day of a changed state is not known; it counts as the last day of the month that shows it, the latest that it can have been. #}
{% macro with_last_event(relation, calendar) -%}
    event as (
        select
            case_key,
            list(event_no) filter (event_no is not null) as change_nos,
            list(event_on) filter (event_on is not null) as step_days
        from {{ ref('int_case_event') }}
        group by case_key
    ),

    -- Per month: an event on this day or before it was too long ago.
    quiet as (
        select n.month_no, max(d.date_on) as quiet_on, any_value(p.pending_states) as pending_states
        from (select distinct month_no from {{ relation }}) as n
        cross join {{ ref('int_not_updated_policy') }} as p
        inner join {{ ref('int_day') }} as e on {{ reporting_month_end('n.month_no', calendar) }} = e.date_on
        inner join {{ ref('int_day') }} as d on d.working_day_number <= e.working_day_number - p.quiet_working_days
        group by n.month_no
    ),

    touched as (
        select
            m.*,
            list_max(list_filter(v.change_nos, n -> n <= m.month_no)) as change_no,
            list_max(list_filter(v.step_days, d -> d <= {{ reporting_month_end('m.month_no', calendar) }})) as step_on
        from {{ relation }} as m
        left join event as v on m.case_key = v.case_key
    ),

    dated as (
        select
            *,
            case when pending_state is not null then greatest(
                received_on,
                -- The change of a month is no later than the end of the period that is looked at.
                case when change_no is not null then least(
                    {{ reporting_month_end('change_no', 'calendar') }},
                    {{ reporting_month_end('month_no', calendar) }}
                ) else received_on end,
                coalesce(step_on, received_on)
            ) end as last_event_on
        from touched
    ),

    judged as (
        select
            d.*,
            coalesce(list_contains(q.pending_states, d.pending_state) and d.last_event_on <= q.quiet_on, false) as is_not_updated
        from dated as d
        left join quiet as q on d.month_no = q.month_no
    )
{%- endmacro %}
