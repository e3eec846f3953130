-- One row per day of dialogue with citizens, unit and declared month.
select
    {{ register_row_columns() }},
    cells['held_on']::DATE as held_on,
    (cells['is_chaired_by_head'] = 'yes') as is_chaired_by_head,
    cells['participant_count']::BIGINT as participant_count,
    cells['question_count']::BIGINT as question_count,
    cells['answered_count']::BIGINT as answered_count
from {{ ref('int_register_row_standing') }}
where register = 'dialogue'
