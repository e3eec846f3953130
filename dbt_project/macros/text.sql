{# An amount of money in đồng, as people and systems write it (15000; 15.000 đ; 1,500,000 VNĐ; 15000.00); NULL where it is none. #}
{% macro amount(text) -%}
    try_cast(
                regexp_replace(
                    regexp_extract(
                        trim(lower({{ text }})),
                        '^((?:0|[1-9]\d{0,11}|[1-9]\d{0,2}(?:[. ]\d{3}){1,3}|[1-9]\d{0,2}(?:,\d{3}){1,3}))(?:[.,]0{1,2})? ?(?:vnđ|vnd|đồng|đ)?\.?$',
                        1
                    ),
                    '[., ]', '', 'g'
                ) as BIGINT
            )
{%- endmacro %}

{# A cell's text with white space of any kind folded and letters composed; NULL where nothing is left. Nearly all texts are so #}
{# already, and to see that costs a quarter of doing it: Latin letters, composed, with single spaces between. #}
{% macro clean_text(column) -%}
    case
            when regexp_full_match({{ column }}, '(?:[!-~\x{A1}-\x{24F}\x{1E00}-\x{1EFF}]+ )*[!-~\x{A1}-\x{24F}\x{1E00}-\x{1EFF}]+')
                then {{ column }}
            else nullif(trim(regexp_replace(nfc_normalize({{ column }}), '[\s\p{Z}]+', ' ', 'g')), '')
        end
{%- endmacro %}
