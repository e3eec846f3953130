-- Register cells read by the type of their column. `reading` is one form per type: dates as ISO text, numbers plain, choices and
-- units as codes; null where the cell is blank or cannot be read. Facts only cast it.
with options as (
    select register, column_name, match_key(option_text) as option_key, min(option_code) as option_code
    from {{ source('raw', 'register_option') }}
    group by all
),

written as (
    select distinct register, column_name, value
    from {{ ref('stg_register_text') }}
    where value is not null and column_type in ('choice', 'yes_no')
),

chosen as (
    select w.register, w.column_name, w.value, o.option_code
    from written as w
    inner join options as o
        on w.register = o.register and w.column_name = o.column_name and match_key(w.value) = o.option_key
),

numbered as (
    select
        *,
        case
            when column_type = 'count' and regexp_full_match(value, '\d{1,12}') then value::DECIMAL(18, 4)
            when column_type = 'number' and regexp_full_match(value, '\d{1,12}([.,]\d{1,4})?')
                then replace(value, ',', '.')::DECIMAL(18, 4)
        end as number
    from {{ ref('stg_register_text') }}
)

select
    t.* exclude (number, minimum, maximum),
    case
        when t.column_type = 'date' then
            case
                when year({{ register_date('t.value') }}) between 1990 and 2100
                    then strftime({{ register_date('t.value') }}, '%Y-%m-%d')
            end
        when t.column_type = 'count' and t.number between t.minimum and coalesce(t.maximum, t.number)
            then t.number::BIGINT::VARCHAR
        when t.column_type = 'number' and t.number between t.minimum and coalesce(t.maximum, t.number) then t.number::VARCHAR
        when t.column_type in ('choice', 'yes_no') then o.option_code
        when t.column_type = 'unit' then u.unit_code
        -- The reader masks words without any digit in a code: they are somebody's name, not a code.
        when t.column_type = 'code' and not starts_with(t.value, '‹') then t.value
        when t.column_type in ('text', 'official') then t.value
    end as reading
from numbered as t
left join chosen as o on t.register = o.register and t.column_name = o.column_name and t.value = o.value
left join {{ ref('stg_unit_value') }} as u
    on case t.column_type when 'unit' then t.value end = u.label and t.period_no = u.period_no
