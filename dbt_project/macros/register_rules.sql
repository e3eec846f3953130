{# The rules on register cells, one readable line each: (rule, SQL condition on stg_register_cell as c, its row int_register_row as r #}
{# and copies n). What a column takes stands in its definition (ingestion/registers/definitions), severity and texts in #}
{# seeds/register_rule.csv under the same id. #}
{% macro register_rules() -%}
    {{ return([
        ('register_blank_cell', "c.is_required and c.value is null"),
        ('register_bad_code', "c.column_type = 'code' and c.value is not null and c.reading is null"),
        ('register_unknown_unit', "c.column_type = 'unit' and c.value is not null and c.reading is null"),
        ('register_unreadable_date', "c.column_type = 'date' and c.value is not null and c.reading is null"),
        ('register_unknown_choice', "c.column_type in ('choice', 'yes_no') and c.value is not null and c.reading is null"),
        ('register_bad_number', "c.column_type in ('count', 'number') and c.value is not null and c.reading is null"),
        ('register_date_after_period', "c.is_within_period and try_cast(c.reading as date) > " ~ reporting_month_end('c.period_no', 'calendar')),
        ('register_date_too_early', "try_cast(c.reading as date) < try_cast(r.cells[c.not_before] as date)"),
        ('register_part_above_whole', "try_cast(c.reading as decimal(18, 4)) > try_cast(r.cells[c.at_most] as decimal(18, 4))"),
        ('register_conflicting_rows', "c.is_row_place and n.copies > 1"),
    ]) }}
{%- endmacro %}

{# A date as the template asks for it (day/month/year, or a cell that Excel holds as a date); null where it is anything else. #}
{% macro register_date(value) -%}
    case
        when regexp_full_match({{ value }}, '(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})( \d{1,2}:\d{2}(:\d{2})?)?')
            then try_strptime(regexp_replace(split_part({{ value }}, ' ', 1), '[-.]', '/', 'g'), ['%Y/%m/%d', '%d/%m/%Y'])::DATE
    end
{%- endmacro %}

{# What every table of register facts starts with: whose row it is, of which month, and where it stood. #}
{% macro register_row_columns() -%}
    period,
    unit_code,
    sender_code,
    is_latest_row,
    submission_id,
    sheet,
    row_number
{%- endmacro %}
