{# An official's identity: the staff id where exported, else the name within the unit; blank is a member of its own. #}
{# `named`: the alias that has the name's key, where it is another. #}
{% macro official_key(alias, unit, named=none) -%}
    {%- set named = named or alias -%}
    case
        when {{ alias }}.official_code is not null then 'id:' || {{ alias }}.official_code
        when {{ named }}.official_name_key is not null then 'name:' || {{ unit }} || ':' || {{ named }}.official_name_key
        else {{ blank_member() }}
    end
{%- endmacro %}

{# Over 10 % late in the year (letter A2, R03): strictly, in whole numbers; nobody is `(trống)`. #}
{% macro exceeds_limit(late, denominator, official_key) -%}
    ({{ official_key }} <> {{ blank_member() }} and {{ late }} * 10 > {{ denominator }})
{%- endmacro %}
