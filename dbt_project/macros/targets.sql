{# numerator / denominator against a threshold without a division, so that a rate exactly at it is exactly at it; percent for rates. #}
{% macro against_threshold(comparator) -%}
    (numerator::DECIMAL(24, 4) * case kind when 'rate' then 100 else 1 end) {{ comparator }} threshold::DECIMAL(20, 4) * coalesce(denominator, 1)
{%- endmacro %}

{# A value's movement since the period before, by sign only: cross-multiplied for rates. #}
{% macro movement() -%}
    sign(
        (numerator::DECIMAL(28, 4) * coalesce(previous_denominator, 1))::DECIMAL(36, 8)
        - (previous_numerator::DECIMAL(28, 4) * coalesce(denominator, 1))::DECIMAL(36, 8)
    )
{%- endmacro %}
