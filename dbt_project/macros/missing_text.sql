{# Why there is no figure, in words. One list for targets and indices. #}
{% macro missing_text(reason) -%}
    case {{ reason }}
        when 'not_reported' then 'chưa có số liệu: đơn vị không có báo cáo hồ sơ trong kỳ'
        when 'no_data' then 'chưa có số liệu'
        when 'none_arose' then 'không phát sinh'
        when 'not_declared' then 'chưa có số liệu: chưa khai điểm'
        when 'not_appraised' then 'chưa thẩm định'
        when 'no_threshold' then 'chưa giao mức phải đạt'
        when 'no_previous' then 'chưa có kỳ trước để so sánh'
    end
{%- endmacro %}
