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

{# White space folded, separators of a date made alike: what the formats below expect. #}
{% macro date_text(column) -%}
    regexp_replace(
        regexp_replace(trim(regexp_replace({{ column }}, '[\s\x{00A0}]+', ' ', 'g')), '(:\d{2})\.\d+', '\1'),
        '[.\-]', '/', 'g'
    )
{%- endmacro %}

{% macro parse_day_order(column, order) -%}
    try_strptime({{ column }}, [
        {%- for day in [order, '%Y/%m/%d'] %}
        '{{ day }}', '{{ day }} %H:%M:%S', '{{ day }} %H:%M', '{{ day }}T%H:%M:%S',
        '%H:%M:%S {{ day }}', '%H:%M {{ day }}', '{{ day }} %I:%M:%S %p', '{{ day }} %I:%M %p'
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ])
{%- endmacro %}

{# A written date as TIMESTAMP, NULL where it cannot be read. `orders` is the layout's list of day orders, tried in turn. #}
{# Excel serials are those of the 1900 system; a year outside 1990–2100 is a typing error, not a date. #}
{% macro parse_timestamp(column, orders) -%}
    case
        when regexp_full_match({{ column }}, '\d{14}') then try_strptime({{ column }}, '%Y%m%d%H%M%S')
        when regexp_full_match({{ column }}, '\d{8}') then try_strptime({{ column }}, '%Y%m%d')
        when regexp_full_match({{ column }}, '\d{5}(/\d+)?')
            then timestamp '1899-12-30' + to_seconds(round(replace({{ column }}, '/', '.')::DOUBLE * 86400))
        when {{ orders }}[1] = 'mdy' and {{ orders }}[2] = 'dmy'
            then coalesce({{ parse_day_order(column, '%m/%d/%Y') }}, {{ parse_day_order(column, '%d/%m/%Y') }})
        when {{ orders }}[2] = 'mdy'
            then coalesce({{ parse_day_order(column, '%d/%m/%Y') }}, {{ parse_day_order(column, '%m/%d/%Y') }})
        when {{ orders }}[1] = 'mdy' then {{ parse_day_order(column, '%m/%d/%Y') }}
        else {{ parse_day_order(column, '%d/%m/%Y') }}
    end
{%- endmacro %}

{% macro has_time(column) -%}
    (contains({{ column }}, ':') or regexp_full_match({{ column }}, '\d{14}') or regexp_full_match({{ column }}, '\d{5}/\d+'))
{%- endmacro %}
