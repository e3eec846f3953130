"""Five units' files of one month, and what three of them send in answer to the first workbook.

Workbooks have their head in row 3, so that case n stands in row 3 + n; columns as LABELS:
A STT, B Mã hồ sơ, C Đơn vị, D Lĩnh vực, E Cán bộ, F Kênh, G Ngày tiếp nhận, H Ngày hẹn trả,
I Ngày kết thúc, J Trạng thái.
"""

from pathlib import Path

from tests.integration.mini_site import Case, MiniSite, csv_bytes, table, workbook

PERIOD = "2024-01"
GOOD = tuple(Case(n, completed="18/01/2024") for n in range(30, 36))
WRONG_DUE = "02/01/2024"  # before the day of reception, 08/01/2024


def create(root: Path) -> MiniSite:
    """The site; `V1` sends text files, the others workbooks."""
    return MiniSite(
        root,
        csv_units=("V1",),
        xlsx_units=("NHIEU", "TU-CHOI", "GIU-LAI", "DU"),
        minimum_reported_share=0,
    )


def first_files(mini: MiniSite) -> None:
    """Many errors; a column nobody knows; a file that says it is a supplement; a perfect one."""
    mini.send(
        PERIOD,
        "NHIEU",
        *(Case(n, due=WRONG_DUE) for n in range(1, 8)),  # rows 4 to 10
        Case(8, code=""),  # row 11: no case code
        Case(9, received="31/02/2024", code="000.00.16.H32-240131-0009"),  # row 12: no such day
        Case(10, due="=1+1"),  # row 13: looks like a formula
        Case(11, due="20/01/2024"),  # rows 14 and 15: one code, two due dates
        Case(11, due="21/01/2024"),
        *(Case(n, official="") for n in range(12, 18)),  # rows 16 to 21: warnings
        *GOOD,  # rows 22 to 27
    )
    lines = table(GOOD)
    lines[0][5], lines[0][8] = "Kênh nộp", "Ngày KT"
    workbook(mini.path(PERIOD, "TU-CHOI"), lines)
    mini.send(PERIOD, "GIU-LAI", *GOOD[:2], tail=" bo sung")
    perfect = [*table(GOOD[:3]), ["", "Tổng cộng", "3"]]
    workbook(mini.path(PERIOD, "DU"), perfect)
    wrong = [Case(n, due=WRONG_DUE) for n in (1, 2, 3, 5, 7, 8)]
    cases = [*wrong[:3], GOOD[0], wrong[3], GOOD[1], *wrong[4:], GOOD[2]]
    mini.path(PERIOD, "V1").write_bytes(csv_bytes(table(cases)))


def second_files(mini: MiniSite) -> None:
    """NHIEU mends five due dates and the conflict, and makes one new mistake; TU-CHOI its columns."""
    mini.send(
        PERIOD,
        "NHIEU",
        *(Case(n, due=WRONG_DUE) for n in (1, 2)),
        *(Case(n) for n in range(3, 8)),
        Case(8, code=""),  # row 11, as before
        Case(9, received="31/02/2024", code="000.00.16.H32-240131-0009"),
        Case(10, received="05/03/2024", due="09/03/2024"),  # another case code, after the month
        Case(11, due="20/01/2024"),
        *(Case(n, official="") for n in range(12, 18)),
        *GOOD,
    )
    mini.send(PERIOD, "TU-CHOI", *GOOD)
