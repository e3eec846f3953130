-- One row per ballot (or survey round) and level, unit and declared month: how many ballots.
select
    {{ register_row_columns() }},
    cells['ballot_code'] as ballot_code,
    cells['surveyed_on']::DATE as surveyed_on,
    cells['satisfaction_level'] as satisfaction_level,
    cells['ballot_count']::BIGINT as ballot_count
from {{ ref('int_register_row_standing') }}
where register = 'satisfaction'
