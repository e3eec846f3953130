-- One row per declared measure, unit and month: a part of a whole that only the unit can tell.
select
    {{ register_row_columns() }},
    cells['declared_measure'] as declared_measure,
    cells['part_count']::BIGINT as part_count,
    cells['whole_count']::BIGINT as whole_count
from {{ ref('int_register_row_standing') }}
where register = 'declaration'
