"""Row rules from a file to the tables: swapped dates, blanks, severities of a site, waivers."""

import pytest

from tests.integration.mini_site import Case, MiniSite, Row, csv_bytes, query, table
from tests.laws.models import Models

pytestmark = pytest.mark.integration
JAN, FEB = "2024-01", "2024-02"
RULES = "rule_id,unit_code,severity,from_period,reason,approver"
WAIVERS = "rule_id,unit_code,valid_from,valid_to,reason,approver"
FINDINGS = (
    "select period, rule_id, severity, cell, value, read_as from quality.findings order by all"
)
FATES = (
    "select submission_id, row_number, fate from work.intermediate.int_case_row_fate order by all"
)


def told(mini: MiniSite, models: Models, sql: str) -> list[Row]:
    """What a query on the tables says, as of now."""
    with mini.warehouse(models) as connection:
        return query(connection, sql)


def test_dates_that_excel_swapped(mini: MiniSite, models: Models) -> None:
    """8 and 9 January became 1 August and 1 September; the 20th, which is no month, stayed text."""
    sound = Case(1, due="20/01/2024", completed="19/01/2024")
    swapped = Case(2, received="08/01/2024", due="20/01/2024", completed="09/01/2024")
    rows = table([sound, swapped, Case(3)])
    rows[2][6], rows[2][8] = "2024-08-01", "2024-09-01"
    mini.path(JAN, "U1").write_bytes(csv_bytes(rows))
    mini.take_in(JAN)
    cases = told(
        mini,
        models,
        "select received_on::varchar as received, completed_on::varchar as completed, resolution"
        " from core.fct_case where case_code like '%0002'",
    )
    assert cases == [{"received": "2024-01-08", "completed": "2024-01-09", "resolution": "early"}]
    assert [f for f in told(mini, models, FINDINGS) if f["severity"] != "observe"] == [
        {
            "period": JAN,
            "rule_id": f"swapped_{column}_date",
            "severity": "warn",
            "cell": cell,
            "value": value,
            "read_as": read_as,
        }
        for column, cell, value, read_as in (
            ("completed", "I3", "2024-09-01", "09/01/2024"),
            ("received", "G3", "2024-08-01", "08/01/2024"),
        )
    ]


def test_what_may_be_swapped_is_refused_with_its_cell(mini: MiniSite, models: Models) -> None:
    rows = table([Case(1), Case(2)])
    # Month first by the code, day first by the due date: the row contradicts itself.
    rows[2][6], rows[2][7] = "01/08/2024", "20/01/2024"
    mini.path(JAN, "U1").write_bytes(csv_bytes(rows))
    mini.take_in(JAN)
    refused = told(mini, models, "select rule_id, cell, value from quality.rejected_rows")
    assert {"rule_id": "ambiguous_date", "cell": "H3", "value": "20/01/2024"} in refused
    fates = [row["fate"] for row in told(mini, models, FATES)]
    assert fates == ["accepted", "rejected"]


def test_a_dash_is_an_empty_cell(mini: MiniSite, models: Models) -> None:
    """A blank completion date means pending; one that cannot be read is refused, never taken for blank."""
    mini.send(JAN, "U1", Case(1, completed="-", status="Đang xử lý"), Case(2, completed="0"))
    mini.take_in(JAN)
    assert [row["fate"] for row in told(mini, models, FATES)] == ["accepted", "rejected"]
    refused = told(mini, models, "select rule_id, value from quality.rejected_rows")
    assert refused == [{"rule_id": "unreadable_completed_date", "value": "0"}]


def test_a_site_tightens_a_rule_from_a_month_on(mini: MiniSite, models: Models) -> None:
    lines = ("blank_due_date,,warn,2024-01,siết,", "blank_due_date,U1,reject,2024-02,siết,An")
    mini.edit("reference/rules.csv", RULES, *lines)
    no_due, later = Case(1, due=""), Case(2, received="05/02/2024", due="")
    mini.send(JAN, "U1", no_due)
    mini.send(FEB, "U1", no_due, later)
    mini.send(FEB, "U2", Case(3, due=""))
    mini.take_in(FEB)
    found = told(
        mini, models, "select period, unit_code, severity from quality.findings order by all"
    )
    assert [tuple(row.values()) for row in found] == [
        (JAN, "U1", "warn"),
        (FEB, "U1", "reject"),
        (FEB, "U1", "reject"),
        (FEB, "U2", "warn"),
    ]


def test_a_waived_rejection_lets_the_row_in_until_it_expires(
    mini: MiniSite, models: Models
) -> None:
    mini.edit(
        "reference/waivers.csv",
        WAIVERS,
        "due_before_received,U1,2023-12,2024-01,hệ thống cũ ghi sai,Trần An",
    )
    wrong = Case(1, due="05/01/2024")
    mini.send(JAN, "U1", wrong)
    mini.send(JAN, "U2", Case(2, due="05/01/2024"))
    mini.send(FEB, "U1", wrong, Case(3, received="05/02/2024", due="20/02/2024"))
    mini.take_in(FEB)
    found = told(
        mini,
        models,
        "select period, unit_code, severity, waiver_approver, waiver_reason, waived_until"
        " from quality.findings where rule_id = 'due_before_received' order by all",
    )
    assert [tuple(row.values()) for row in found] == [
        (JAN, "U1", "waived", "Trần An", "hệ thống cũ ghi sai", JAN),
        (JAN, "U2", "reject", None, None, None),
        (FEB, "U1", "reject", None, None, None),
    ]
    fates = [(row["submission_id"], row["fate"]) for row in told(mini, models, FATES)]
    assert fates == [
        ("2024-01.U1.1", "accepted"),
        ("2024-01.U2.1", "rejected"),
        ("2024-02.U1.1", "rejected"),
        ("2024-02.U1.1", "accepted"),
    ]


def test_what_is_only_observed_is_counted_and_not_sent_back(mini: MiniSite, models: Models) -> None:
    """In quality.findings with its severity; not among what a unit's workbook lists (finding_followup)."""
    mini.send(JAN, "U1", Case(1, due=""), Case(2, completed="05/02/2024"), Case(3, sector="Lạ"))
    mini.take_in(JAN)
    found = told(mini, models, "select rule_id, severity from quality.findings order by all")
    assert [tuple(row.values()) for row in found] == [
        ("blank_due_date", "observe"),
        ("completed_after_period", "observe"),
        ("unmapped_sector", "warn"),
    ]
    listed = told(mini, models, "select rule_id from quality.finding_followup")
    assert listed == [{"rule_id": "unmapped_sector"}]
