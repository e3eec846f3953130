{# Distinct texts of one column mapped to canonical values: the layout's own map first, then the national labels. #}
{% macro value_map(column, labels_relation, canonical) -%}
with texts as (
    select distinct layout, {{ column }} as label from {{ ref('stg_case_text') }} where {{ column }} is not null
),

own as (
    select layout, match_key(label) as label_key, min(canonical) as canonical
    from {{ source('raw', 'layout_value') }}
    where column_name = '{{ column }}'
    group by all
),

national as (
    select match_key(label) as label_key, min({{ canonical }}) as canonical
    from {{ labels_relation }}
    group by all
)

select
    t.layout,
    t.label,
    coalesce(o.canonical, n.canonical) as {{ canonical }}
from texts as t
left join own as o on t.layout = o.layout and match_key(t.label) = o.label_key
left join national as n on match_key(t.label) = n.label_key
{%- endmacro %}
