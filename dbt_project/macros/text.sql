{# A cell's text with white space of any kind folded and letters composed; NULL where nothing is left. Nearly all texts are so #}
{# already, and to see that costs a quarter of doing it: Latin letters, composed, with single spaces between. #}
{% macro clean_text(column) -%}
    case
            when regexp_full_match({{ column }}, '(?:[!-~\x{A1}-\x{24F}\x{1E00}-\x{1EFF}]+ )*[!-~\x{A1}-\x{24F}\x{1E00}-\x{1EFF}]+')
                then {{ column }}
            else nullif(trim(regexp_replace(nfc_normalize({{ column }}), '[\s\p{Z}]+', ' ', 'g')), '')
        end
{%- endmacro %}
