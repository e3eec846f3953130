-- One row per index, year, criterion and kind of score, unit and declared month: points as scored by the unit or as appraised.
select
    {{ register_row_columns() }},
    cells['index_code'] as index_code,
    cells['score_year']::BIGINT as score_year,
    cells['criterion_code'] as criterion_code,
    cells['score_kind'] as score_kind,
    cells['max_score']::DECIMAL(18, 4) as max_score,
    cells['score']::DECIMAL(18, 4) as score,
    cells['evidence'] as evidence
from {{ ref('int_register_row_standing') }}
where register = 'score'
