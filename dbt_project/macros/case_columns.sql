{# The canonical columns of an export, as ingestion.layouts knows them and raw.case_row carries them. #}
{% macro case_columns() -%}
    {{ return([
        'case_code', 'unit', 'sector_code', 'sector', 'procedure_code', 'procedure', 'official_code', 'official',
        'channel', 'service_level', 'received_at', 'due_at', 'completed_at', 'returned_at', 'status', 'fee',
        'paid_online', 'digitised', 'overdue_cause', 'result_digitised', 'reused', 'delivery', 'joint'
    ]) }}
{%- endmacro %}

{# Those of them that say how a case was served; stg_service_value reads them, one combination of cells at a time. #}
{% macro service_columns() -%}
    {{ return([
        'service_level', 'fee', 'paid_online', 'digitised', 'result_digitised', 'reused', 'delivery', 'joint'
    ]) }}
{%- endmacro %}

{# What stg_service_value makes of them, as the rows, states and cases carry it: export column -> typed columns. #}
{% macro service_facts() -%}
    {{ return({
        'service_level': ['service_level'],
        'fee': ['fee', 'has_fee'],
        'paid_online': ['is_paid_online'],
        'digitised': ['is_digitised'],
        'result_digitised': ['is_result_digitised'],
        'reused': ['is_data_reused'],
        'delivery': ['delivery'],
        'joint': ['is_joint'],
    }) }}
{%- endmacro %}

{# The text that stands for a blank or unknown member of a dimension. #}
{% macro blank_member() -%}
    '(trống)'
{%- endmacro %}

{# A case code of the national format (domain §2, identity): its authority (H32) and its day (yyMMdd). #}
{% macro national_code() -%}
    ^(?:\d{3}\.\d{2}\.\d{2}\.([A-Z]\d{2})|([A-Z]\d{2})(?:\.\d{1,3}){0,3})-(\d{6})-\d{4,6}$
{%- endmacro %}
