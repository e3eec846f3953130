-- One row per unit and declared month: how many cases its own paper register counts.
select
    {{ register_row_columns() }},
    cells['paper_received_count']::BIGINT as paper_received_count,
    cells['paper_resolved_count']::BIGINT as paper_resolved_count
from {{ ref('int_register_row_standing') }}
where register = 'paper_register'
