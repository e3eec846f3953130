{# An official's identity: the staff id where exported, else the name within the unit; blank is a member of its own. #}
{% macro official_key(alias, unit) -%}
    case
        when {{ alias }}.official_code is not null then 'id:' || {{ alias }}.official_code
        when {{ alias }}.official_name_key is not null then 'name:' || {{ unit }} || ':' || {{ alias }}.official_name_key
        else {{ blank_member() }}
    end
{%- endmacro %}
