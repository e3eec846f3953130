"""The tables of duties in the small build: a few obligations, one inspection, two duties; all by hand."""

from collections.abc import Sequence

import duckdb

AS_OF = "2024-12-31"
# unit, duty, code, kind, subject, basis, due, received, on time, overdue days, satisfactory, reminders
OBLIGATIONS: tuple[tuple[object, ...], ...] = (
    ("NT-LOC-THO", "R24", "BC-12", "periodic_report", "Báo cáo tháng 12", "5797/UBND-NV",
     "2024-12-25", None, False, 6, None, 1),
    ("NT-LOC-THO", "R28", "KD-01", "review_report", "=1+1", "10784/UBND",
     "2024-11-30", "2024-11-29", True, 0, False, 2),
    ("NT-VINH-HAI", "R11", "TL-07", "direction_reply", None, None,
     "2024-12-02", "2024-12-12", False, 10, True, 3),
    ("NT-VINH-HAI", "R24", "BC-12", "periodic_report", "Báo cáo tháng 12", None,
     "2024-12-25", "2024-12-25", True, 0, True, 0),
    ("NT-VINH-HAI", None, "VK-23", "other", "Việc còn lại của năm trước", None,
     "2023-12-31", None, False, 366, None, 0),
    ("NT-TU-PHAP", "R08", "KH-1", "plan_task", None, None,
     "2025-03-31", None, None, 0, None, 0),
)  # fmt: skip
# duty, name, basis, place, measure, name, input, then per unit: numerator, denominator
DUTIES: tuple[tuple[object, ...], ...] = (
    ("R24", "Báo cáo định kỳ đúng hạn", "Thông báo tháng 9/2022, mục 6", 1,
     "periodic_report_on_time_rate", "Tỷ lệ báo cáo định kỳ đúng hạn", "obligation",
     {"NT-LOC-THO": (0, 1), "NT-VINH-HAI": (1, 1)}),
    ("R42", "Giải quyết khiếu nại, tố cáo", "1547/UBND-NC ngày 17/6/2015, mục 7", 1,
     "complaint_open_count", "Số khiếu nại chưa giải quyết xong", "feedback",
     {"NT-LOC-THO": (2, None)}),
    ("R42", "Giải quyết khiếu nại, tố cáo", "1547/UBND-NC ngày 17/6/2015, mục 7", 2,
     "complaint_resolved_rate", "Tỷ lệ khiếu nại đã giải quyết", "feedback; cases",
     {"NT-LOC-THO": (1, 3), "NT-TU-PHAP": (0, 0)}),
)  # fmt: skip


def create(
    connection: duckdb.DuckDBPyConnection, units: dict[str, tuple[str, str]], period: str
) -> None:
    """Write mart_obligations, mart_duty_status, dim_duty and fct_inspection."""
    _table(
        connection,
        "mart.mart_obligations",
        "unit_code varchar, duty_code varchar, obligation_code varchar, obligation_kind varchar,"
        " subject varchar, legal_basis varchar, due_on date, received_on date, is_on_time boolean,"
        " overdue_days bigint, is_satisfactory boolean, reminder_count bigint, unit_name varchar,"
        " unit_level varchar, period varchar, as_of_on date, is_received boolean, is_overdue boolean,"
        " is_non_compliant boolean, is_repeat_violation boolean",
        [(*o, *units[str(o[0])], str(o[6])[:7], AS_OF, *_judged(o)) for o in OBLIGATIONS],
    )
    _table(
        connection,
        "core.dim_duty",
        "duty_code varchar, duty_name varchar, legal_basis varchar, measure_order integer,"
        " measure_code varchar, measure_name varchar, input varchar, unit_levels varchar,"
        " from_period varchar, to_period varchar",
        [(*duty[:7], None, "2015-06", None) for duty in DUTIES],
    )
    _table(
        connection,
        "mart.mart_duty_status",
        "period varchar, duty_code varchar, duty_name varchar, measure_order integer,"
        " measure_code varchar, measure_name varchar, unit_code varchar, numerator decimal(18, 4),"
        " denominator decimal(18, 4), duty_status varchar",
        [_status(period, duty, unit) for duty in DUTIES for unit in units],
    )
    _table(
        connection,
        "core.fct_inspection",
        "unit_code varchar, event_code varchar, event_kind varchar, happened_on date,"
        " is_repeat_violation boolean, is_latest_row boolean",
        [
            ("NT-TU-PHAP", "KT-09", "surprise_inspection", "2024-05-14", True, True),
            ("NT-TU-PHAP", "KT-10", "surprise_inspection", "2024-05-15", False, True),
            ("NT-TU-PHAP", "KT-01", "planned_inspection", "2023-05-14", True, True),
        ],
    )


def _judged(obligation: Sequence[object]) -> tuple[bool, bool, bool, bool]:
    """received, overdue, non-compliant, repeated after two reminders; as the mart's rules say."""
    due, received, satisfactory, reminders = (obligation[n] for n in (6, 7, 10, 11))
    is_due, is_missing = str(due) <= AS_OF, received is None
    is_open = is_due and (is_missing or satisfactory is False)
    is_repeat = int(str(reminders)) >= 2 and (is_open or obligation[8] is False)
    return not is_missing, is_due and is_missing, is_open, is_repeat


def _status(period: str, duty: Sequence[object], unit: str) -> tuple[object, ...]:
    figures = duty[7]
    assert isinstance(figures, dict)
    numerator, denominator = figures.get(unit, (None, None))
    state = "no_data" if numerator is None else "none_arose" if denominator == 0 else "measured"
    code, name, _, place, measure, measure_name = duty[:6]
    return (period, code, name, place, measure, measure_name, unit, numerator, denominator, state)


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    lines: Sequence[Sequence[object]],
) -> None:
    connection.execute(f"create table {name} ({columns})")
    marks = ", ".join("?" for _ in lines[0])
    connection.executemany(f"insert into {name} values ({marks})", [list(x) for x in lines])
