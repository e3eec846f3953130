{# What is counted of the cases received in a month (domain §4, §5), each name with its condition on a case. `level`, `charged` and #}
{# `joint` are the case's with its procedure's (agg_unit_procedure_month). `…_known`: the exports or the reference can tell. #}
{% macro received_service_counts() -%}
    {{ return({
        'received': "true",
        'received_online': "channel = 'online'",
        'level_known': "level is not null",
        'online_level': "level in ('partial', 'full')",
        'online_level_online': "level in ('partial', 'full') and channel = 'online'",
        'fee_known': "charged is not null",
        'fee': "charged",
        'payment_known': "charged is not null and is_paid_online is not null",
        'payable': "charged and is_paid_online is not null",
        'paid_online': "charged and is_paid_online",
        'digitised_known': "is_digitised is not null",
        'digitised': "is_digitised",
        'electronic_file': "is_digitised or (is_digitised is not null and channel = 'online')",
        'reuse_known': "is_data_reused is not null",
        'reused': "is_data_reused",
        'joint_known': "joint is not null",
        'joint': "joint",
    }) }}
{%- endmacro %}

{# The same of the cases resolved with a result in a month: neither withdrawn nor refused. #}
{% macro done_service_counts() -%}
    {{ return({
        'done': "true",
        'result_known': "is_result_digitised is not null",
        'result_digitised': "is_result_digitised",
        'full_digitisation_known': "is_digitised is not null and is_result_digitised is not null",
        'fully_digitised': "is_digitised and is_result_digitised",
        'delivery_known': "delivery is not null",
        'post_delivery': "delivery = 'post'",
    }) }}
{%- endmacro %}

{% macro service_counts() -%}
    {{ return((received_service_counts().keys() | list) + (done_service_counts().keys() | list)) }}
{%- endmacro %}

{# Counts of a unit's procedures, at a period's end but for the two of what happened in the period. #}
{% macro procedure_counts() -%}
    {{ return([
        'procedure', 'level_known_procedure', 'online_level_procedure', 'online_level_sector', 'online_case_procedure',
        'fee_known_procedure', 'fee_procedure', 'paid_online_procedure', 'integration_known_procedure', 'integrated_procedure'
    ]) }}
{%- endmacro %}
