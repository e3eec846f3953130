{# The row rules of domain §2, one readable line each: (rule, SQL condition on stg_case_row as r, submission s and copies n). #}
{# Severity, validity and texts stand in seeds/row_rule.csv under the same id. #}
{% macro row_rules() -%}
    {{ return([
        ('missing_case_code', "r.case_code is null"),
        ('unknown_unit', "r.unit is not null and r.named_unit_code is null"),
        ('missing_received_date', "r.received_is_blank and coalesce(r.status_code, '') not in ('registered', 'not_accepted')"),
        ('unreadable_received_date', "not r.received_is_blank and r.received_at is null"),
        ('unreadable_due_date', "not r.due_is_blank and r.due_at is null"),
        ('unreadable_completed_date', "not r.completed_is_blank and r.completed_at is null"),
        ('unreadable_returned_date', "not r.returned_is_blank and r.returned_at is null"),
        ('completed_before_received', "r.completed_on < r.received_on"),
        ('due_before_received', "r.due_on < r.received_on"),
        ('received_after_period', month_no('r.received_on') ~ " > r.period_no"),
        ('closed_without_completion', "r.status_code in ('done', 'returned', 'withdrawn', 'refused') and r.completed_is_blank"),
        ('conflicting_rows', "n.copies > 1"),
        ('blank_sector', "r.sector_cell is null and r.sector_code_cell is null and not (list_contains(s.absent, 'sector') and list_contains(s.absent, 'sector_code'))"),
        ('unmapped_sector', "(r.sector_cell is not null or r.sector_code_cell is not null) and r.sector_code = '(trống)'"),
        ('blank_procedure', "r.procedure_cell is null and r.procedure_code_cell is null and not (list_contains(s.absent, 'procedure') and list_contains(s.absent, 'procedure_code'))"),
        ('unmapped_procedure', "(r.procedure_cell is not null or r.procedure_code_cell is not null) and r.procedure_code = '(trống)'"),
        ('blank_official', "r.official_cell is null and r.official_code is null and not (list_contains(s.absent, 'official') and list_contains(s.absent, 'official_code'))"),
        ('unknown_status', "r.status_cell is not null and r.status_code is null"),
        ('unknown_channel', "r.channel_cell is not null and r.channel is null"),
        ('unknown_service_level', "r.unread_cells['service_level'] is not null"),
        ('unreadable_fee', "r.unread_cells['fee'] is not null"),
        ('unknown_paid_online', "r.unread_cells['paid_online'] is not null"),
        ('unknown_digitised', "r.unread_cells['digitised'] is not null"),
        ('unknown_result_digitised', "r.unread_cells['result_digitised'] is not null"),
        ('unknown_reused', "r.unread_cells['reused'] is not null"),
        ('unknown_delivery', "r.unread_cells['delivery'] is not null"),
        ('unknown_joint', "r.unread_cells['joint'] is not null"),
        ('received_differs_from_code', "r.code_on <> r.received_on"),
        ('code_of_other_authority', "r.is_foreign_code"),
        ('ambiguous_date', "r.ambiguous_column is not null"),
        ('swapped_received_date', "r.received_is_swapped"),
        ('swapped_due_date', "r.due_is_swapped"),
        ('swapped_completed_date', "r.completed_is_swapped"),
        ('swapped_returned_date', "r.returned_is_swapped"),
        ('completed_after_period', month_no('r.completed_on') ~ " > r.period_no"),
        ('returned_before_completed', "r.returned_on < r.completed_on"),
        ('blank_due_date', "r.due_is_blank and coalesce(r.status_code, '') not in ('registered', 'not_accepted') and not list_contains(s.absent, 'due_at')"),
        ('due_far_away', "r.due_on > r.received_on + interval 2 year"),
        ('received_long_ago', month_no('r.received_on') ~ " < r.period_no - 120"),
    ]) }}
{%- endmacro %}

{# How severe a rule is, from one month until before another: for one unit, or for all others (unit_code NULL). A site's lines #}
{# (reference/rules.csv) win over the shipped ones from their first month on, and a unit's own lines over those for all. #}
{% macro severities(rules) -%}
        select
            rule_id,
            unit_code,
            severity,
            from_period,
            lead(from_period, 1, '9999-12') over (partition by rule_id, unit_code order by from_period) as before_period
        from (
            select rule_id, unit_code, from_period, severity
            from {{ source('raw', 'rule') }}
            union all
            select q.rule_id, null, q.from_period, q.severity
            from {{ rules }} as q
            where q.from_period < coalesce(
                (select min(t.from_period) from {{ source('raw', 'rule') }} as t where t.rule_id = q.rule_id and t.unit_code is null),
                '9999-12'
            )
        )
{%- endmacro %}

{# Findings with the severity in force: rows of `relation` (rule_id, unit_code, period and more) but for rules that are off then. #}
{# A waiver of the unit and month makes a finding `waived`: it stays, and names who approved it, why and until when. #}
{# `rules`: the seed of the rules, where they are not those on rows of cases. #}
{% macro judged(relation, rules=none) -%}
{%- set rules = rules or ref('row_rule') -%}
select f.*, j.severity, j.waiver_approver, j.waiver_reason, j.waived_until
from {{ relation }} as f
inner join (
    select
        k.rule_id,
        k.unit_code,
        k.period,
        case when w.rule_id is null then coalesce(own.severity, general.severity) else 'waived' end as severity,
        w.approver as waiver_approver,
        w.reason as waiver_reason,
        w.to_period as waived_until
    from (select distinct rule_id, unit_code, period from {{ relation }}) as k
    left join ({{ severities(rules) }}) as own
        on k.rule_id = own.rule_id and k.unit_code = own.unit_code
        and k.period >= own.from_period and k.period < own.before_period
    left join ({{ severities(rules) }}) as general
        on k.rule_id = general.rule_id and general.unit_code is null
        and k.period >= general.from_period and k.period < general.before_period
    left join {{ source('raw', 'waiver') }} as w
        on k.rule_id = w.rule_id and (w.unit_code is null or k.unit_code = w.unit_code)
        and k.period between w.from_period and w.to_period
    where coalesce(own.severity, general.severity, 'off') <> 'off'
    qualify row_number() over (
        partition by k.rule_id, k.unit_code, k.period order by w.to_period desc nulls last, w.approver, w.reason
    ) = 1
) as j on f.rule_id = j.rule_id and f.unit_code = j.unit_code and f.period = j.period
{%- endmacro %}
