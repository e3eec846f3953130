{# How far a figure may still move (design §5): `provisional` until its month is signed. Every mart says it by this macro; #}
{# `last_month_no` is the last month its period covers, `unit_code` whose figure it is (null: the authority's). #}
{% macro maturity(last_month_no, unit_code='null') -%}
    'provisional'
{%- endmacro %}
