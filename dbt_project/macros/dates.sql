{# A month as one integer, so that "the month before" is a subtraction. #}
{% macro month_no(day) -%}
    (year({{ day }}) * 12 + month({{ day }}) - 1)
{%- endmacro %}

{# The month of a reporting calendar that a day lies in: `d15` months run from the 15th to the 14th (NĐ 09/2019). #}
{% macro reporting_month_no(day, calendar) -%}
    ({{ month_no(day) }}{% if calendar == 'd15' %} + (day({{ day }}) >= 15)::INTEGER{% endif %})
{%- endmacro %}

{# First and last day of month number `month_no` in a reporting calendar. #}
{% macro reporting_month_start(month_no, calendar) -%}
    {%- if calendar == 'd15' -%}
        make_date(({{ month_no }} - 1) // 12, ({{ month_no }} - 1) % 12 + 1, 15)
    {%- else -%}
        make_date({{ month_no }} // 12, {{ month_no }} % 12 + 1, 1)
    {%- endif -%}
{%- endmacro %}

{% macro reporting_month_end(month_no, calendar) -%}
    {%- if calendar == 'd15' -%}
        make_date({{ month_no }} // 12, {{ month_no }} % 12 + 1, 14)
    {%- else -%}
        last_day(make_date({{ month_no }} // 12, {{ month_no }} % 12 + 1, 1))
    {%- endif -%}
{%- endmacro %}

{% macro period_label(month_no) -%}
    printf('%04d-%02d', {{ month_no }} // 12, {{ month_no }} % 12 + 1)
{%- endmacro %}

{% macro period_month_no(period) -%}
    (left({{ period }}, 4)::BIGINT * 12 + right({{ period }}, 2)::BIGINT - 1)
{%- endmacro %}

{# A day from its numbers (or texts of them), NULL where there is no such day. #}
{% macro day_of(year, month, day) -%}
    try_cast({{ year }} || '-' || {{ month }} || '-' || {{ day }} as DATE)
{%- endmacro %}

{# A time of the years that a case can lie in; another year is a typing error, not a date. #}
{% macro plausible(moment) -%}
    case when year({{ moment }}) between 1990 and 2100 then {{ moment }} end
{%- endmacro %}

{# A text with each (pattern, replacement) of a list applied in turn, wherever the pattern stands. #}
{% macro rewritten(text, rules) -%}
    {%- for pattern, replacement in rules -%} regexp_replace( {%- endfor -%}
    {{ text }}
    {%- for pattern, replacement in rules %}, '{{ pattern }}', '{{ replacement }}', 'g'){% endfor %}
{%- endmacro %}

{# The last day of the calendar: of the year after the newest month, or of the latest due date's. #}
{% macro calendar_end(newest_month_no, latest_due_on) -%}
    make_date(greatest({{ newest_month_no }} // 12 + 1, year({{ latest_due_on }})), 12, 31)
{%- endmacro %}
