-- One row per item that a unit's web page must show, unit and declared month.
select
    {{ register_row_columns() }},
    cells['web_item'] as web_item,
    (cells['is_present'] = 'yes') as is_present,
    cells['updated_on']::DATE as updated_on
from {{ ref('int_register_row_standing') }}
where register = 'web_item'
