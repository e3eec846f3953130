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

{# Measures of service as (measure, numerator, denominator, what must be above 0 for there to be a figure): names of counts. #}
{% macro service_rates() -%}
    {{ return([
        ('online_level34_case_rate', 'online_level_online', 'online_level', 'level_known'),
        ('paid_online_rate', 'paid_online', 'payable', 'payment_known'),
        ('digitised_reception_rate', 'digitised', 'digitised_known', 'digitised_known'),
        ('digitised_result_rate', 'result_digitised', 'result_known', 'result_known'),
        ('digitised_rate', 'fully_digitised', 'full_digitisation_known', 'full_digitisation_known'),
        ('reused_data_rate', 'reused', 'reuse_known', 'reuse_known'),
        ('electronic_file_rate', 'electronic_file', 'digitised_known', 'digitised_known'),
        ('post_rate', 'post_delivery', 'delivery_known', 'delivery_known'),
        ('joint_case_rate', 'joint', 'joint_known', 'joint_known'),
    ]) }}
{%- endmacro %}

{% macro procedure_rates() -%}
    {{ return([
        ('online_procedure_rate', 'online_level_procedure', 'procedure', 'level_known_procedure'),
        ('online_procedure_count', 'online_level_procedure', none, 'level_known_procedure'),
        ('online_sector_count', 'online_level_sector', none, 'level_known_procedure'),
        ('procedure_with_online_case_rate', 'online_case_procedure', 'online_level_procedure', 'level_known_procedure'),
        ('fee_procedure_paid_online_rate', 'paid_online_procedure', 'fee_procedure', 'payment_known'),
        ('fee_procedure_integrated_rate', 'integrated_procedure', 'fee_procedure', 'integration_known_procedure'),
    ]) }}
{%- endmacro %}

{# Rates of those as columns of a mart, from a row of counts `alias` of a unit that reported (`is_reported`). #}
{% macro service_rate_columns(rates, alias) -%}
    {%- for measure, part, whole, known in rates if whole %}
    case
        when {{ alias }}.is_reported and {{ alias }}.{{ known }}_count > 0
            then {{ alias }}.{{ part }}_count / nullif({{ alias }}.{{ whole }}_count, 0)
    end as {{ measure }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
