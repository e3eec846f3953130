{# The row rules of domain §2, one readable line each: (rule, SQL condition on stg_case_row as r, submission s and copies n). #}
{# Severity, validity and texts stand in seeds/row_rule.csv under the same id. #}
{% macro row_rules() -%}
    {{ return([
        ('missing_case_code', "r.case_code is null"),
        ('unknown_unit', "r.unit is not null and r.named_unit_code is null"),
        ('missing_received_date', "r.received_cell is null and coalesce(r.status_code, '') not in ('registered', 'not_accepted')"),
        ('unreadable_received_date', "r.received_cell is not null and r.received_at is null"),
        ('unreadable_due_date', "r.due_cell is not null and r.due_at is null"),
        ('unreadable_completed_date', "r.completed_cell is not null and r.completed_at is null"),
        ('unreadable_returned_date', "r.returned_cell is not null and r.returned_at is null"),
        ('completed_before_received', "r.completed_on < r.received_on"),
        ('due_before_received', "r.due_on < r.received_on"),
        ('received_after_period', month_no('r.received_on') ~ " > r.period_no"),
        ('closed_without_completion', "r.status_code in ('done', 'returned', 'withdrawn', 'refused') and r.completed_cell is null and not list_contains(s.absent, 'completed_at')"),
        ('conflicting_rows', "n.copies > 1"),
        ('blank_sector', "r.sector_cell is null and r.sector_code_cell is null and not (list_contains(s.absent, 'sector') and list_contains(s.absent, 'sector_code'))"),
        ('unmapped_sector', "(r.sector_cell is not null or r.sector_code_cell is not null) and r.sector_code = '(trống)'"),
        ('blank_procedure', "r.procedure_cell is null and r.procedure_code_cell is null and not (list_contains(s.absent, 'procedure') and list_contains(s.absent, 'procedure_code'))"),
        ('unmapped_procedure', "(r.procedure_cell is not null or r.procedure_code_cell is not null) and r.procedure_code = '(trống)'"),
        ('blank_official', "r.official_cell is null and r.official_code is null and not (list_contains(s.absent, 'official') and list_contains(s.absent, 'official_code'))"),
        ('unknown_status', "r.status_cell is not null and r.status_code is null"),
        ('unknown_channel', "r.channel_cell is not null and r.channel is null"),
        ('received_differs_from_code', "try_strptime(nullif(regexp_extract(r.case_code, '^(\\d{3}\\.\\d{2}\\.\\d{2}\\.[A-Z]\\d{2}|[A-Z]\\d{2}(\\.\\d{1,3}){0,3})-(\\d{6})-\\d{4,6}$', 3), ''), '%y%m%d')::DATE <> r.received_on"),
    ]) }}
{%- endmacro %}
