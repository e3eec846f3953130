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

{# A case code of the national format (domain §2, identity): its authority (H32) and its day (yyMMdd). #}
{% macro national_code() -%}
    ^(?:\d{3}\.\d{2}\.\d{2}\.([A-Z]\d{2})|([A-Z]\d{2})(?:\.\d{1,3}){0,3})-(\d{6})-\d{4,6}$
{%- endmacro %}
