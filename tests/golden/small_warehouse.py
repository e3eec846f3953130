"""A build file small enough to check by hand: three units, two months, figures one can add up.

Tables and columns are those of the real build; the marts' figures follow from FIGURES below.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from tests.golden import small_duties, small_index
from tests.golden.small_people import add_people
from tests.golden.small_periods import add_periods

BUILD_ID = "20250103T020304-abc"
PERIOD = "2024-12"
UNITS = {
    "NT-LOC-THO": ("UBND phường Lộc Thọ", "commune"),
    "NT-TU-PHAP": ("Phòng Tư pháp", "department"),
    "NT-VINH-HAI": ("UBND phường Vĩnh Hải", "commune"),
}
SECTORS = {"G15-TP07": "Hộ tịch", "G13-TN02": "Đất đai", "(trống)": "(trống)"}
UNREPORTED = {("NT-VINH-HAI", "2024-12")}
COUNTS = (
    "opening_count", "received_count", "received_online_count", "transferred_in_count",
    "resolved_early_count", "resolved_on_time_count", "resolved_late_count",
    "resolved_no_due_count", "withdrawn_count", "refused_count", "transferred_out_count",
    "pending_in_time_count", "pending_overdue_count", "pending_suspended_count",
    "pending_no_due_count",
)  # fmt: skip
# (unit, sector, period, counts in the order of COUNTS)
FIGURES: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("NT-LOC-THO", "G15-TP07", "2024-11", (0, 10, 4, 0, 4, 2, 1, 0, 0, 0, 0, 2, 1, 0, 0)),
    ("NT-LOC-THO", "G13-TN02", "2024-11", (0, 5, 0, 0, 1, 0, 1, 0, 0, 0, 0, 2, 1, 0, 0)),
    ("NT-TU-PHAP", "G15-TP07", "2024-11", (0, 30, 20, 0, 20, 3, 2, 1, 1, 1, 0, 1, 1, 0, 0)),
    ("NT-VINH-HAI", "G13-TN02", "2024-11", (0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0)),
    ("NT-LOC-THO", "G15-TP07", "2024-12", (3, 12, 6, 0, 5, 3, 2, 0, 0, 0, 0, 3, 1, 1, 0)),
    ("NT-LOC-THO", "G13-TN02", "2024-12", (3, 2, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0)),
    ("NT-LOC-THO", "(trống)", "2024-12", (0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    ("NT-TU-PHAP", "G15-TP07", "2024-12", (2, 25, 15, 0, 20, 2, 3, 0, 0, 0, 0, 1, 1, 0, 0)),
    ("NT-TU-PHAP", "G13-TN02", "2024-12", (0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)),
    ("NT-VINH-HAI", "G13-TN02", "2024-12", (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0)),
)
LEDGER = (
    # submission, unit, period, file, receipt, pulled (UTC), mode, status, current,
    # read, accepted, rejected, duplicate, ignored, stated total
    ("2024-11.NT-LOC-THO.1", "NT-LOC-THO", "2024-11", "loc-tho-11.csv", 1, "2024-12-01T01:00:00+00:00",
     "replace", "accepted", True, 16, 15, 0, 0, 1, None),
    ("2024-12.NT-LOC-THO.1", "NT-LOC-THO", "2024-12", "loc-tho-12.csv", 1, "2025-01-01T01:00:00+00:00",
     "replace", "accepted", False, 10, 9, 0, 0, 1, None),
    ("2024-12.NT-LOC-THO.2", "NT-LOC-THO", "2024-12", "loc-tho-12-sua.csv", 4, "2025-01-02T19:30:00+00:00",
     "replace", "accepted", True, 20, 15, 2, 1, 2, 17),
    ("2024-12.NT-TU-PHAP.1", "NT-TU-PHAP", "2024-12", "=tu-phap.xlsx", 2, "2025-01-01T02:00:00+00:00",
     "replace", "accepted", True, 27, 25, 0, 0, 2, 25),
    ("2024-12.NT-VINH-HAI.1", "NT-VINH-HAI", "2024-12", "vinh-hai.xlsx", 3, "2025-01-01T03:00:00+00:00",
     "replace", "rejected", False, None, None, None, None, None, None),
    ("2024-12.NT-VINH-HAI.2", "NT-VINH-HAI", "2024-12", "vinh-hai bo sung.xlsx", 5,
     "2025-01-02T03:00:00+00:00", "supplement", "held", False, None, None, None, None, None, None),
)  # fmt: skip
FINDINGS = (
    # submission, unit, file, sheet, row, case, rule, severity, column, label, cell, value
    ("2024-12.NT-LOC-THO.2", "NT-LOC-THO", "loc-tho-12-sua.csv", "loc-tho-12-sua", 19, "H32.16-241230-0009",
     "due_before_received", "reject", "due_at", "Ngày hẹn trả", "F19", "01/12/2024"),
    ("2024-12.NT-LOC-THO.2", "NT-LOC-THO", "loc-tho-12-sua.csv", "loc-tho-12-sua", 7, None,
     "missing_case_code", "reject", "case_code", "Mã hồ sơ", "B7", None),
    ("2024-12.NT-LOC-THO.2", "NT-LOC-THO", "loc-tho-12-sua.csv", "loc-tho-12-sua", 7, None,
     "unreadable_received_date", "reject", "received_at", "Ngày tiếp nhận", "E7", "=HYPERLINK(1)"),
    ("2024-12.NT-LOC-THO.1", "NT-LOC-THO", "loc-tho-12.csv", "loc-tho-12", 3, "H32.16-241201-0001",
     "blank_sector", "warn", "sector", "Lĩnh vực", "C3", None),
    ("2024-12.NT-TU-PHAP.1", "NT-TU-PHAP", "=tu-phap.xlsx", "Sheet1", 9, "H32.20-241203-0004",
     "blank_official", "warn", "official", None, None, None),
)  # fmt: skip
FILE_MESSAGES = (
    ("2024-12.NT-VINH-HAI.1", "NT-VINH-HAI", "vinh-hai.xlsx", "rejected", "missing_column", "Sheet1", "A5",
     "Mã hồ sơ", None, "Thiếu cột «Mã hồ sơ»; nhãn gần nhất trong tệp là «Ma ho so»."),
    ("2024-12.NT-VINH-HAI.2", "NT-VINH-HAI", "vinh-hai bo sung.xlsx", "held", "supplement", None, None,
     None, None, "Tên tệp có chữ «bổ sung»: chờ quyết định nạp thay thế hay nạp thêm."),
)  # fmt: skip
CASES = (
    # case, unit, sector, received, due, completed, outcome, resolution
    ("H32|H32.16-241101-0001", "NT-LOC-THO", "G15-TP07", "2024-11-01", "2024-11-08", "2024-11-07",
     "done", "early"),
    ("H32|H32.16-241102-0002", "NT-LOC-THO", "G15-TP07", "2024-11-02", "2024-11-10", "2024-12-03",
     "done", "late"),
    ("H32|H32.16-241103-0003", "NT-LOC-THO", "(trống)", "2024-11-03", None, None, None, None),
    ("H32|H32.20-241205-0001", "NT-TU-PHAP", "G15-TP07", "2024-12-05", "2024-12-31", None, None, None),
)  # fmt: skip
CASE_MONTHS = (
    # case, period, unit, sector, is_resolved, resolution, pending state, due
    ("H32|H32.16-241101-0001", "2024-11", "NT-LOC-THO", "G15-TP07", True, "early", None, "2024-11-08"),
    ("H32|H32.16-241102-0002", "2024-11", "NT-LOC-THO", "G15-TP07", False, None, "overdue", "2024-11-10"),
    ("H32|H32.16-241102-0002", "2024-12", "NT-LOC-THO", "G15-TP07", True, "late", None, "2024-11-10"),
    ("H32|H32.16-241103-0003", "2024-11", "NT-LOC-THO", "(trống)", False, None, "no_due", None),
    ("H32|H32.16-241103-0003", "2024-12", "NT-LOC-THO", "(trống)", False, None, "no_due", None),
    ("H32|H32.20-241205-0001", "2024-12", "NT-TU-PHAP", "G15-TP07", False, None, "in_time", "2024-12-31"),
)  # fmt: skip
OFFICIALS = (
    # grain, key, code, name, unit, units, early, on time, late
    ("person", "id:CB01", "CB01", "Nguyễn Thị Ánh", "NT-LOC-THO", 1, 6, 2, 2),
    ("person", "id:CB02", "CB02", "Đặng Văn Bình", "NT-TU-PHAP", 1, 18, 0, 2),
    ("name", "nguyen thi anh", None, "Nguyễn Thị Ánh", None, 2, 7, 2, 3),
)  # fmt: skip


def create(path: Path) -> Path:
    """Write the build file (schemas core, mart, quality, meta) and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        for schema in ("core", "mart", "quality", "meta"):
            connection.execute(f"create schema {schema}")
        _core(connection)
        _quality(connection)
        _figures(connection)
        connection.execute(_FORM)
        connection.execute(_RANKING)
        _officials(connection)
        small_duties.create(connection, UNITS, PERIOD)
        add_people(connection)
        add_periods(connection)
        small_index.create(connection, UNITS, PERIOD)
        connection.execute(f"""
            create table meta.build as
            select '{BUILD_ID}' as build_id, timestamp '2025-01-03 02:03:04' as built_at,
                'r1' as code_revision, 'nho' as site, '{PERIOD}' as newest_period,
                6::bigint as submissions
        """)
        connection.execute("checkpoint")
    return path


def _fill(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    lines: Iterable[Sequence[object]],
) -> None:
    """Create the table from `name type, …` and insert the lines."""
    connection.execute(f"create table {table} ({columns})")
    marks = ", ".join("?" * (columns.count(",") + 1))
    connection.executemany(f"insert into {table} values ({marks})", [list(x) for x in lines])


def _core(connection: duckdb.DuckDBPyConnection) -> None:
    _fill(
        connection,
        "core.dim_unit",
        "unit_key varchar, unit_code varchar, unit_name varchar, unit_level varchar,"
        " valid_from date, valid_to date",
        [(f"{c}@2010-01-01", c, *about, "2010-01-01", "9999-12-31") for c, about in UNITS.items()],
    )
    _fill(
        connection, "core.dim_sector", "sector_code varchar, sector_name varchar", SECTORS.items()
    )
    _fill(connection, "core.dim_procedure", "procedure_code varchar", [("(trống)",)])
    _fill(connection, "core.dim_official", "official_key varchar", [("(trống)",)])
    _fill(connection, "core.dim_month", "period varchar", [("2024-11",), ("2024-12",)])
    _fill(
        connection,
        "core.dim_policy",
        "policy_code varchar, policy_name varchar, is_default boolean",
        [("strict", "Trễ hạn trên hồ sơ có hạn đã giải quyết", True)],
    )
    _fill(
        connection,
        "core.dim_reporting_period",
        "calendar varchar, period_kind varchar, period varchar, last_month_no int, from_on date, to_on date",
        [
            ("calendar", "month", "2024-11", 24298, "2024-11-01", "2024-11-30"),
            ("calendar", "month", "2024-12", 24299, "2024-12-01", "2024-12-31"),
            ("d15", "month", "2024-12", 24299, "2024-11-15", "2024-12-14"),
            ("calendar", "ytd", "2024-12", 24299, "2024-01-01", "2024-12-31"),
        ],
    )
    _fill(
        connection,
        "core.fct_unit_report",
        "period varchar, unit_code varchar, is_reported boolean",
        [(p, u, (u, p) not in UNREPORTED) for u in UNITS for p in ("2024-11", "2024-12")],
    )
    _fill(
        connection,
        "core.fct_case",
        "case_key varchar, unit_code varchar, sector_code varchar, received_on date, due_on date,"
        " completed_on date, outcome varchar, resolution varchar, procedure_code varchar,"
        " official_key varchar, channel varchar, submission_id varchar",
        [(*c, "(trống)", "(trống)", "direct", "2024-12.NT-LOC-THO.2") for c in CASES],
    )
    _fill(
        connection,
        "core.fct_case_month",
        "case_key varchar, period varchar, unit_code varchar, sector_code varchar,"
        " is_resolved boolean, resolution varchar, pending_state varchar, due_on date",
        CASE_MONTHS,
    )


def _quality(connection: duckdb.DuckDBPyConnection) -> None:
    _fill(
        connection,
        "quality.load_ledger",
        "submission_id varchar, unit_code varchar, period varchar, file_name varchar,"
        " receipt_seq bigint, pulled_at varchar, mode varchar, status varchar, is_current boolean,"
        " rows_read bigint, rows_accepted bigint, rows_rejected bigint, rows_duplicate bigint,"
        " rows_ignored bigint, stated_total bigint, unit_name varchar, message varchar,"
        " feed varchar, rows_decoded bigint",
        [(*line, UNITS[line[1]][0], None, "cases", _decoded(line)) for line in LEDGER],
    )
    _fill(
        connection,
        "quality.findings",
        "submission_id varchar, unit_code varchar, file_name varchar, sheet varchar,"
        " row_number integer, case_code varchar, rule_id varchar, severity varchar,"
        " column_name varchar, column_label varchar, cell varchar, value varchar,"
        " unit_name varchar, period varchar, message varchar, fix varchar",
        [(*f, UNITS[f[1]][0], PERIOD, f"Lỗi {f[6]}.", f"Sửa {f[6]}.") for f in FINDINGS],
    )
    connection.execute("""
        create table quality.rejected_rows as
        select * exclude (severity) from quality.findings where severity = 'reject'
    """)
    _fill(
        connection,
        "quality.file_messages",
        "submission_id varchar, unit_code varchar, file_name varchar, status varchar, code varchar,"
        " sheet varchar, cell varchar, column_label varchar, value varchar, message varchar,"
        " unit_name varchar, period varchar",
        [(*m, UNITS[m[1]][0], PERIOD) for m in FILE_MESSAGES],
    )
    _followup(connection)


def _decoded(line: Sequence[Any]) -> int | None:
    """Rows with data of a ledger line: those that became something."""
    return None if line[9] is None else sum(line[10:13])


def _followup(connection: duckdb.DuckDBPyConnection) -> None:
    """quality.finding_followup: findings of files in use, and why the newest file was rejected."""
    connection.execute("""
        create table quality.finding_followup as
        select f.unit_code, f.unit_name, f.period, 'cases' as feed, 'new' as followup, 'row' as scope,
            f.submission_id, f.file_name, f.sheet, f.row_number, f.case_code, f.rule_id, f.severity,
            f.column_name, f.column_label, f.cell, f.value, f.message, f.fix,
            null::varchar as read_as
        from quality.findings as f
        inner join quality.load_ledger as l on f.submission_id = l.submission_id and l.is_current
        union all
        select unit_code, unit_name, period, 'cases', 'new', 'file', submission_id, file_name, sheet,
            null, null, code, 'reject', null, column_label, cell, value, message, null, null
        from quality.file_messages
        where status = 'rejected'
    """)


def _figures(connection: duckdb.DuckDBPyConnection) -> None:
    """mart_unit_sector_month from FIGURES, mart_unit_month as its sum."""
    counts = ", ".join(f"{name} bigint" for name in COUNTS)
    _fill(
        connection,
        "figures",
        f"unit_code varchar, sector_code varchar, period varchar, {counts}",
        [(u, s, p, *c) for u, s, p, c in FIGURES],
    )
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in COUNTS)
    for table, sector in (("mart_unit_month", ""), ("mart_unit_sector_month", ", f.sector_code")):
        connection.execute(f"""
            create table mart.{table} as
            with summed as (
                select f.period, f.unit_code {sector}, {sums}
                from figures as f group by f.period, f.unit_code {sector}
            )
            select f.*, u.unit_name, u.unit_level, r.is_reported, 'strict' as policy_code,
                {"s.sector_name," if sector else ""}
                'provisional' as maturity,
                case when r.is_reported then f.resolved_late_count end as late_numerator,
                case when r.is_reported then {_DENOMINATOR} end as late_denominator,
                case when r.is_reported
                    then f.resolved_late_count / nullif({_DENOMINATOR}, 0) end as late_rate,
                case when r.is_reported then {_DENOMINATOR} < 20 end as small_n
            from summed as f
            inner join core.dim_unit as u using (unit_code)
            inner join core.fct_unit_report as r using (unit_code, period)
            {"inner join core.dim_sector as s using (sector_code)" if sector else ""}
        """)
    connection.execute("drop table figures")


def _officials(connection: duckdb.DuckDBPyConnection) -> None:
    _fill(
        connection,
        "officials",
        "grain varchar, official_key varchar, official_code varchar, official_name varchar,"
        " unit_code varchar, unit_count bigint, resolved_early_count bigint,"
        " resolved_on_time_count bigint, resolved_late_count bigint",
        OFFICIALS,
    )
    connection.execute("""
        create table mart.mart_official_year as
        with rated as (
            select 'calendar' as calendar, 'ytd' as period_kind, '2024-12' as period, o.*,
                'handler' as attribution, u.unit_name, 'strict' as policy_code,
                resolved_late_count as numerator,
                resolved_early_count + resolved_on_time_count + resolved_late_count as denominator
            from officials as o left join core.dim_unit as u on o.unit_code = u.unit_code
        )
        select *, numerator / denominator as rate, denominator < 20 as small_n,
            numerator * 10 > denominator as exceeds_limit, numerator as evidence_count,
            rank() over (partition by grain order by numerator / denominator desc) as rank,
            'provisional' as maturity
        from rated
    """)
    connection.execute("drop table officials")


_DENOMINATOR = "(f.resolved_early_count + f.resolved_on_time_count + f.resolved_late_count)"

_FORM = """
    create table mart.mart_form_06a as
    with form as (
        select unit_code, sector_code, period, received_online_count,
            received_count - received_online_count as received_direct_count,
            opening_count + transferred_in_count - transferred_out_count as carried_over_count,
            resolved_early_count,
            resolved_on_time_count + resolved_no_due_count + withdrawn_count + refused_count
                as resolved_on_time_count,
            resolved_late_count,
            pending_in_time_count + pending_suspended_count + pending_no_due_count
                as pending_in_time_count,
            pending_overdue_count
        from mart.mart_unit_sector_month
    ),
    lines as (
        select 'sector' as row_kind, * from form
        union all by name
        select 'total' as row_kind, unit_code, period, sum(columns('_count'))::bigint
        from form group by unit_code, period
    )
    select 'calendar' as calendar, 'month' as period_kind, l.*, u.unit_name, u.unit_level,
        s.sector_name, 'provisional' as maturity,
        case when row_kind = 'sector' then row_number() over (
            partition by l.unit_code, l.period, row_kind
            order by l.sector_code = '(trống)', l.sector_code) end as line_number,
        received_online_count + received_direct_count + carried_over_count as received_total_count,
        resolved_early_count + resolved_on_time_count + resolved_late_count as resolved_total_count,
        pending_in_time_count + pending_overdue_count as pending_total_count
    from lines as l
    inner join core.dim_unit as u on l.unit_code = u.unit_code
    left join core.dim_sector as s on l.sector_code = s.sector_code
"""

_RANKING = """
    create table mart.mart_late_rate_ranking as
    with members as (
        select k.kind as period_kind, m.period, 'unit' as scope, m.unit_code as member_code,
            m.unit_name as member_name, m.unit_level, m.is_reported, m.late_numerator as numerator,
            m.late_denominator as denominator
        from mart.mart_unit_month as m cross join (values ('month'), ('ytd')) as k (kind)
        union all
        select 'month', period, 'sector', sector_code, sector_name, null, true,
            sum(late_numerator)::bigint, sum(late_denominator)::bigint
        from mart.mart_unit_sector_month where is_reported group by period, sector_code, sector_name
    ),
    ranked as (
        select *, numerator / nullif(denominator, 0) as rate,
            case when rate is not null then rank() over (
                partition by period_kind, period, scope order by rate desc nulls last) end as rank
        from members
    )
    select 'strict' as policy_code, 'Trễ hạn trên hồ sơ có hạn đã giải quyết' as policy_name,
        'calendar' as calendar, *,
        denominator < 20 as small_n, 'provisional' as maturity,
        lag(rate) over by_member as previous_rate, lag(rank) over by_member as previous_rank,
        case when rate > previous_rate then 'worse' when rate < previous_rate then 'better'
            when rate = previous_rate then 'same' end as trend
    from ranked
    window by_member as (partition by period_kind, scope, member_code order by period)
"""


def create_site(directory: Path) -> Path:
    """Write the site folder that the small build belongs to: its three units are asked monthly."""
    (directory / "reference").mkdir(parents=True)
    (directory / "layouts").mkdir()
    (directory / "site.yml").write_text(
        "authority: {code: H32.NT, name: UBND thành phố Nha Trang, namespace: H32}\n"
        "first_period: 2024-11\n",
        encoding="utf-8",
    )
    units = "".join(f"{code},{name},{level}\n" for code, (name, level) in UNITS.items())
    (directory / "reference" / "units.csv").write_text(
        f"code,name,level\n{units}", encoding="utf-8"
    )
    entries = "".join(f'  - {{unit: {code}, uri: "{{period}}/{{unit}}.csv"}}\n' for code in UNITS)
    (directory / "sources.yml").write_text(
        f"defaults: {{layouts: [nho]}}\nunits:\n{entries}", encoding="utf-8"
    )
    (directory / "layouts" / "nho.yml").write_text(
        "name: nho\nkind: csv\nexport_kind: snapshot\nheader: {row: 1}\n"
        "columns: {case_code: [Mã], received_at: [Nhận], due_at: [Hẹn], completed_at: [Xong],"
        " status: [Trạng thái], sector: [Lĩnh vực]}\n"
        "absent: [unit, procedure, procedure_code, official, official_code, channel,"
        " service_level, returned_at, fee, paid_online, digitised, overdue_cause, sector_code]\n",
        encoding="utf-8",
    )
    return directory
