{# "Repeated after reminders" (5797/UBND-NV item 7: reminded many times; domain R09): from how many reminders on. #}
{% macro repeated_from() -%}
    2
{%- endmacro %}

{# What a duty's row says of its figure: there is none, there was nothing to count, or it is there. #}
{% macro duty_status(has_row, denominator) -%}
    case
        when not {{ has_row }} then 'no_data'
        when {{ denominator }} = 0 then 'none_arose'
        else 'measured'
    end
{%- endmacro %}

{% macro duty_status_text(status) -%}
    case {{ status }}
        when 'no_data' then 'chưa có số liệu'
        when 'none_arose' then 'không phát sinh'
        else 'có số liệu'
    end
{%- endmacro %}

{# A column of the unit's version in force on a day, of the latest one where none was; `u` is dim_unit in a grouped query. #}
{% macro unit_in_force(column, day) -%}
    arg_max(u.{{ column }}, struct_pack(is_in_force := {{ day }} between u.valid_from and u.valid_to, since := u.valid_from))
{%- endmacro %}
