{# The canonical columns of an export, as ingestion.layouts knows them and raw.case_row carries them. #}
{% macro case_columns() -%}
    {{ return([
        'case_code', 'unit', 'sector_code', 'sector', 'procedure_code', 'procedure', 'official_code', 'official',
        'channel', 'service_level', 'received_at', 'due_at', 'completed_at', 'returned_at', 'status', 'fee',
        'paid_online', 'digitised', 'overdue_cause'
    ]) }}
{%- endmacro %}

{# The text that stands for a blank or unknown member of a dimension. #}
{% macro blank_member() -%}
    '(trống)'
{%- endmacro %}
