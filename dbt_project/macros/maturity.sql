{# How far a figure may still move (design §5). Every mart says it by this macro: `provisional`, which is what a model knows. #}
{# The build makes it `closed` or `restated` where the row's month is signed, by laying the row beside the signed one #}
{# (warehouse.closing_inputs, docs/decisions/0010): only the finished row can tell. The arguments say whose figure it is. #}
{% macro maturity(last_month_no, unit_code='null') -%}
    'provisional'
{%- endmacro %}
