-- One row per decoded register row: its readings by column, the unit it is about, and the key that tells it apart within a month.
-- A unit named in the row prevails over the sender. Rows of one unit and content are exact duplicates.
with gathered as (
    select
        submission_id,
        sender_code,
        period,
        period_no,
        receipt_seq,
        register,
        sheet,
        row_number,
        map_from_entries(
            list(struct_pack(k := column_name, v := reading) order by position) filter (reading is not null)
        ) as cells,
        max(reading) filter (column_type = 'unit') as named_unit_code,
        coalesce(string_agg(coalesce(reading, value, ''), chr(31) order by position) filter (is_key), '') as key_text,
        coalesce(bool_and(value is not null or not is_required) filter (is_key), true) as has_key,
        -- What the unit cell says counts only where it names nobody.
        string_agg(
            case when column_type = 'unit' and reading is not null then '' else coalesce(reading, value, '') end,
            chr(31) order by position
        ) as content
    from {{ ref('stg_register_cell') }}
    group by all
),

placed as (
    select * exclude (named_unit_code), coalesce(named_unit_code, sender_code) as row_unit_code
    from gathered
)

select
    * exclude (content),
    concat_ws(chr(31), register, row_unit_code, key_text) as row_key,
    row_number() over (
        partition by submission_id, register, row_unit_code, content
        order by sheet, row_number
    ) > 1 as is_duplicate
from placed
