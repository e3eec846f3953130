-- No applicant's personal data in anything served (domain §6): no column is named like one of the personal fields.
{% for model in [
    'mart_form_06a', 'mart_late_rate_ranking', 'mart_official_year', 'mart_unit_month', 'mart_unit_sector_month',
    'row_lineage', 'rejected_rows', 'file_messages', 'dim_date', 'dim_procedure', 'dim_authority'
] %}
-- depends_on: {{ ref(model) }}
{%- endfor %}
select table_schema, table_name, column_name
from information_schema.columns
where table_catalog = '{{ target.database }}'
    and regexp_matches(
        lower(replace(column_name, '_', '')),
        'applicant|citizen|owner|phone|mobile|email|address|birth|identity|passport|cccd|cmnd|chuhoso|sodienthoai|sogiayto|diachi|ngaysinh'
    )
