-- What each combination of service cells of an export means (level, fee, payment, digitisation, reuse, delivery, joint): a row
-- per distinct combination of texts, so that a few thousand are read instead of every row. The layout's own value map comes
-- first, then the national labels (seeds/service_label.csv; a delivery is also said in words of channels).
-- NULL: the layout declares the column absent, or the cell cannot be read (`unread_cells`: column -> text). A blank cell of a
-- column that the export has means no, or direct for a delivery, as a blank channel is direct (domain §1).
{% set answers = {
    'paid_online': 'is_paid_online',
    'digitised': 'is_digitised',
    'result_digitised': 'is_result_digitised',
    'reused': 'is_data_reused',
    'joint': 'is_joint',
} %}
with combinations as (
    select
        service_key,
        any_value(layout) as layout
        {%- for column in service_columns() %},
        any_value({{ column }}) as {{ column }}
        {%- endfor %}
    from {{ ref('stg_case_text') }}
    group by service_key
),

layouts as (
    select layout, arg_max(absent, receipt_seq) as absent
    from {{ ref('stg_submission') }}
    where status = 'accepted'
    group by layout
),

cells as (
    {%- for column in service_columns() %}
    select distinct layout, '{{ column }}' as column_name, {{ column }} as cell from combinations where {{ column }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

own as (
    select layout, column_name, match_key(label) as label_key, min(canonical) as canonical
    from {{ source('raw', 'layout_value') }}
    group by all
),

national as (
    select column_name, match_key(label) as label_key, min(meaning) as meaning
    from (
        select column_name, label, meaning from {{ ref('service_label') }}
        union all
        select 'delivery', label, channel from {{ ref('channel_label') }}
    )
    group by all
),

worded as (
    select c.*, coalesce(o.canonical, c.cell) as said, o.canonical
    from cells as c
    left join own as o on c.layout = o.layout and c.column_name = o.column_name and match_key(c.cell) = o.label_key
),

understood as (
    select
        w.*,
        coalesce(n.meaning, w.canonical) as meaning,
        list_transform(
            case when w.column_name = 'fee' then string_split(coalesce(n.meaning, w.said), ';') end,
            part -> {{ amount('part') }}
        ) as amounts
    from worded as w
    left join national as n
        on match_key(w.said) = n.label_key
        and n.column_name = case
            when w.column_name in ('{{ answers | join("', '") }}') then 'yes_no'
            else w.column_name
        end
),

valued as (
    select
        *,
        case when list_count(amounts) = len(amounts) then list_sum(amounts)::BIGINT end as amount,
        case when column_name = 'fee' then coalesce(meaning = 'yes', false) or amount is not null else meaning is not null end
            as is_read
    from understood
)

select
    c.service_key,
    service_level.meaning as service_level,
    fee.amount as fee,
    case
        when list_contains(l.absent, 'fee') then null
        when c.fee is null then false
        when fee.is_read then coalesce(fee.amount > 0, true)
    end as has_fee,
    {%- for column, fact in answers.items() %}
    case
        when list_contains(l.absent, '{{ column }}') then null
        when c.{{ column }} is null then false
        else {{ column }}.meaning = 'yes'
    end as {{ fact }},
    {%- endfor %}
    case
        when list_contains(l.absent, 'delivery') then null
        when c.delivery is null then 'direct'
        else delivery.meaning
    end as delivery,
    case
        when not ({% for column in service_columns() %}coalesce({{ column }}.is_read, true)
            {%- if not loop.last %} and {% endif %}{% endfor %})
            then map_from_entries(list_filter([
                {%- for column in service_columns() %}
                case when not {{ column }}.is_read then struct_pack(k := '{{ column }}', v := c.{{ column }}) end
                {%- if not loop.last %},{% endif %}
                {%- endfor %}
            ], unread -> unread is not null))
    end as unread_cells
from combinations as c
inner join layouts as l on c.layout = l.layout
{%- for column in service_columns() %}
left join valued as {{ column }}
    on {{ column }}.column_name = '{{ column }}' and c.layout = {{ column }}.layout and c.{{ column }} = {{ column }}.cell
{%- endfor %}
