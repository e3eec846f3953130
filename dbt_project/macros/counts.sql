{# The disjoint counts of domain §2, in the order readers see them. Flows add up over months; stocks are those of one end. #}
{% macro flow_measures() -%}
    {{ return([
        'received', 'received_online', 'transferred_in', 'resolved_early', 'resolved_on_time', 'resolved_late',
        'resolved_no_due', 'withdrawn', 'refused', 'transferred_out'
    ]) }}
{%- endmacro %}

{% macro stock_measures() -%}
    {{ return(['pending_in_time', 'pending_overdue', 'pending_suspended', 'pending_no_due']) }}
{%- endmacro %}

{% macro all_measures() -%}
    {{ return(['opening'] + flow_measures() + stock_measures()) }}
{%- endmacro %}

{# The canonical count columns of a mart, in the order of the contract, from a relation that has them. #}
{% macro count_columns(prefix='') -%}
    {%- for measure in all_measures() %}
    {{ prefix }}{{ measure }}_count{% if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}

{% macro sum_counts(measures) -%}
    {%- for measure in measures %}
    sum({{ measure }}_count)::BIGINT as {{ measure }}_count{% if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}

{# Counts of one reporting calendar and one grain of comparison per unit × sector × month. #}
{% macro unit_sector_counts(relation, calendar, grain) -%}
{%- set resolution = 'resolution' if grain == 'date' else 'resolution_by_time' -%}
{%- set pending = 'pending_state' if grain == 'date' else 'pending_state_by_time' -%}
select
    '{{ calendar }}' as calendar,
    '{{ grain }}' as grain,
    month_no::INTEGER as month_no,
    unit_code,
    sector_code,
    sum(opening_count)::BIGINT as opening_count,
    {{ sum_counts(flow_measures() + stock_measures()) }}
from (
    select
        month_no,
        unit_code,
        sector_code,
        0::BIGINT as opening_count,
        count(*) filter (is_received) as received_count,
        count(*) filter (is_received and channel = 'online') as received_online_count,
        count(*) filter (is_transferred) as transferred_in_count,
        {%- for verdict in ['early', 'on_time', 'late', 'no_due'] %}
        count(*) filter ({{ resolution }} = '{{ verdict }}') as resolved_{{ verdict }}_count,
        {%- endfor %}
        count(*) filter ({{ resolution }} = 'withdrawn') as withdrawn_count,
        count(*) filter ({{ resolution }} = 'refused') as refused_count,
        0::BIGINT as transferred_out_count,
        {%- for state in ['in_time', 'overdue', 'suspended', 'no_due'] %}
        count(*) filter ({{ pending }} = '{{ state }}') as pending_{{ state }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
    group by month_no, unit_code, sector_code
    union all by name
    select
        month_no,
        opening_unit_code as unit_code,
        sector_code,
        count(*) as opening_count,
        count(*) filter (is_transferred) as transferred_out_count,
        {%- for measure in flow_measures() + stock_measures() if measure != 'transferred_out' %}
        0::BIGINT as {{ measure }}_count{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
    where is_opening
    group by month_no, opening_unit_code, sector_code
)
group by month_no, unit_code, sector_code
{%- endmacro %}

{# Numerator or denominator of a policy over a row of counts: the sum of the measures the policy names. #}
{% macro policy_sum(list_column) -%}
    (0::BIGINT
    {%- for measure in all_measures() %}
        + case when list_contains(string_split({{ list_column }}, ' + '), '{{ measure }}') then {{ measure }}_count else 0 end
    {%- endfor %})
{%- endmacro %}

{# A rate shows with few cases behind it (domain §2): still ranked, but said. #}
{% macro small_n(denominator) -%}
    ({{ denominator }} < 20)
{%- endmacro %}

{% macro resolved_total(prefix='') -%}
    ({{ prefix }}resolved_early_count + {{ prefix }}resolved_on_time_count + {{ prefix }}resolved_late_count
        + {{ prefix }}resolved_no_due_count + {{ prefix }}withdrawn_count + {{ prefix }}refused_count)
{%- endmacro %}

{% macro pending_total(prefix='') -%}
    ({{ prefix }}pending_in_time_count + {{ prefix }}pending_overdue_count
        + {{ prefix }}pending_suspended_count + {{ prefix }}pending_no_due_count)
{%- endmacro %}

{# Unit × month with the name and level in force at the month's end, or the latest ones where no version is. #}
{% macro unit_names() -%}
    (
        select
            built.unit_code,
            built.month_no,
            arg_max(d.unit_name, struct_pack(is_in_force := m.to_on between d.valid_from and d.valid_to, since := d.valid_from)) as unit_name,
            arg_max(d.unit_level, struct_pack(is_in_force := m.to_on between d.valid_from and d.valid_to, since := d.valid_from)) as unit_level
        from {{ ref('fct_unit_report') }} as built
        inner join {{ ref('dim_month') }} as m on built.month_no = m.month_no
        inner join {{ ref('dim_unit') }} as d on built.unit_code = d.unit_code
        group by built.unit_code, built.month_no
    )
{%- endmacro %}
