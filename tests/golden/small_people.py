"""What the small build says of officials and of single open cases (see small_warehouse)."""

import duckdb

PENDING = ("in_time", "overdue", "suspended", "no_due")
# official, code, name, name key, unit, case, received, due, ended, working days, attribution, step
EVIDENCE = (
    ("id:CB01", "CB01", "Nguyễn Thị Ánh", "nguyen thi anh", "NT-LOC-THO", "H32.16-241102-0002",
     "2024-11-02", "2024-11-10", "2024-12-03", 17, "handler", None, None),
    ("id:CB01", "CB01", "Nguyễn Thị Ánh", "nguyen thi anh", "NT-LOC-THO", "=H32.16-241120-0007",
     "2024-11-20", "2024-11-25", "2024-11-26", 1, "step", 2, "Thẩm định"),
    ("id:CB02", "CB02", "Đặng Văn Bình", "dang van binh", "NT-TU-PHAP", "H32.20-241202-0001",
     "2024-12-02", "2024-12-05", "2024-12-06", 1, "handler", None, None),
    ("id:CB02", "CB02", "Đặng Văn Bình", "dang van binh", "NT-TU-PHAP", "H32.20-241202-0002",
     "2024-12-02", "2024-12-05", "2024-12-09", 2, "handler", None, None),
    ("id:CB03", "CB03", "Nguyễn Thị Ánh", "nguyen thi anh", "NT-TU-PHAP", "H32.20-241203-0003",
     "2024-12-03", "2024-12-06", "2024-12-09", 1, "handler", None, None),
)  # fmt: skip


def add_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Write mart_official_case, mart_backlog_case (from the pending counts) and meta.access."""
    columns = (
        "official_key varchar, official_code varchar, official_name varchar,"
        " official_name_key varchar, unit_code varchar, case_code varchar, received_on date,"
        " late_due_on date, late_ended_on date, late_working_days integer, attribution varchar,"
        " late_step_number bigint, late_step_name varchar"
    )
    connection.execute(f"create table evidence ({columns})")
    connection.executemany(f"insert into evidence values ({', '.join('?' * 13)})", EVIDENCE)
    connection.execute("""
        create table mart.mart_official_case as
        select 'calendar' as calendar, strftime(e.late_ended_on, '%Y-%m') as period, e.*,
            u.unit_name, 'loc-tho-12-sua.csv' as file_name, 'Sheet1' as sheet,
            row_number() over (order by e.case_code)::integer as row_number
        from evidence as e inner join core.dim_unit as u using (unit_code)
    """)
    connection.execute("drop table evidence")
    states = " union all ".join(
        f"select unit_code, '{state}' as pending_state, unnest(range(pending_{state}_count))"
        f" as n from mart.mart_unit_month where period = '2024-12'"
        for state in PENDING
    )
    connection.execute(f"""
        create table mart.mart_backlog_case as
        select '2024-12' as period, unit_code || pending_state || n as case_key,
            unit_code || '-' || pending_state || '-' || n as case_code, unit_code, u.unit_name,
            pending_state, 'id:CB01' as official_key, 'Nguyễn Thị Ánh' as official_name,
            date '2024-12-20' as due_on,
            case when pending_state = 'in_time' then n::integer end as days_to_due,
            case when pending_state = 'overdue' then n::integer + 1 end as days_late
        from ({states}) inner join core.dim_unit as u using (unit_code)
    """)
    connection.execute("""
        create table meta.access as
        select * from (values
            ('mart_official_year', null, 'officials'), ('mart_official_case', null, 'officials'),
            ('dim_official', null, 'officials'), ('fct_case', 'official_key', 'officials'),
            ('mart_backlog_case', 'official_key', 'officials'),
            ('mart_backlog_case', 'official_name', 'officials'), ('findings', 'value', 'officials')
        ) as t (table_name, column_name, access)
    """)
