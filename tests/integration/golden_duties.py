"""One small site in which every duty R01–R45 has a figure that can be worked out by hand (test_duties.py).

June 2024. Units with input: XA1 (commune: cases, and all that the office tells of it), XA2 and P1 (commune
and department whose exports tell how cases were served), H1 (district). Without: XA0, P0, H0, which
sent cases in December 2023 and nothing since. P1 keeps the registers of all.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.layouts import CANONICAL_COLUMNS
from publishing.register_template import write_template
from tests.integration.mini_site import MiniSite, csv_bytes

DECEMBER, MAY, JUNE = "2023-12", "2024-05", "2024-06"
LEVELS = {"XA": "commune", "P": "department", "H": "district"}
UNITS = ("XA1", "XA2", "P1", "H1", "XA0", "P0", "H0")
EMPTY = ("XA0", "P0", "H0")
SERVED = ("XA2", "P1")
FIRST_ROW = 6
Rows = Mapping[str, Sequence[Sequence[Any]]]

COLUMNS = {
    "case_code": "Mã hồ sơ", "sector": "Lĩnh vực", "official": "Cán bộ", "channel": "Kênh",
    "received_at": "Ngày tiếp nhận", "due_at": "Ngày hẹn trả", "completed_at": "Ngày kết thúc",
    "status": "Trạng thái", "procedure_code": "Mã thủ tục", "service_level": "Mức độ", "fee": "Phí",
    "paid_online": "Thanh toán trực tuyến", "digitised": "Số hóa hồ sơ",
    "result_digitised": "Số hóa kết quả", "joint": "Liên thông",
}  # fmt: skip
PLAIN = tuple(COLUMNS)[:8]
DONE, OPEN = "Đã xử lý xong", "Đang xử lý"
HOA, BINH = "Lê Thị Hoa", "Trần Văn Bình"
PROCEDURES = (
    "1.001193,Đăng ký khai sinh,G15-TP07",
    "1.012345,Đăng ký biến động đất đai,G13-TN02",
    "2.000815,Chứng thực bản sao,G15-TP03",
)
HO_TICH, DAT_DAI, CHUNG_THUC = "Hộ tịch", "Đất đai", "Chứng thực"
Line = tuple[str, ...]


def _case(code: str, *cells: str) -> Line:
    """A row: sector, official, channel, received, due, completed (all in 2024), and how it was served."""
    sector, official, channel, received, due, completed, *served = cells
    days = [f"{day}/2024" if day else "" for day in (received, due, completed)]
    return (code, sector, official, channel, *days, DONE if completed else OPEN, *served)


XA1_MAY = (_case("A-0", HO_TICH, HOA, "Trực tiếp", "02/05", "10/05", "15/05"),)
XA1_JUNE = (
    _case("A-1", HO_TICH, BINH, "Trực tuyến", "03/06", "12/06", "11/06"),  # early
    _case("A-2", HO_TICH, BINH, "Trực tuyến", "03/06", "12/06", "12/06"),  # on time
    _case("A-3", DAT_DAI, HOA, "Trực tiếp", "03/06", "12/06", "20/06"),  # late, with a letter
    _case("A-4", HO_TICH, HOA, "Trực tiếp", "03/06", "10/06", "14/06"),  # late
    _case("A-5", HO_TICH, HOA, "Trực tiếp", "03/06", "14/06", ""),  # overdue, not updated
    _case("A-6", HO_TICH, HOA, "Trực tiếp", "20/06", "15/07", ""),  # in time
)
SERVED_JUNE = (
    _case("S-1", HO_TICH, BINH, "Trực tuyến", "03/06", "12/06", "11/06",
          "1.001193", "Toàn trình", "10000", "Có", "Có", "Có", "Không"),
    _case("S-2", HO_TICH, BINH, "Trực tuyến", "03/06", "12/06", "12/06",
          "1.001193", "Toàn trình", "10000", "Không", "Có", "Không", "Không"),
    _case("S-3", DAT_DAI, BINH, "Trực tiếp", "03/06", "12/06", "20/06",
          "1.012345", "Một phần", "50000", "Có", "Không", "Có", "Có"),
    _case("S-4", CHUNG_THUC, BINH, "Trực tiếp", "20/06", "15/07", "",
          "2.000815", "Thông tin", "0", "Không", "Có", "", "Không"),
)  # fmt: skip
OFFICE: Rows = {
    "Nghĩa vụ, báo cáo": [
        # unit, code, kind, subject, basis, due, received, satisfactory, progress, reminders
        ("XA1", "RL-06", "rating_list", None, None, "20/06/2024", "22/06/2024", "Có", None, 0),
        ("XA1", "PB-06", "publication_report", None, None, "15/06/2024", "15/06/2024", "Có", None, 0),
        ("XA1", "PT-1", "plan_task", "Rà soát thủ tục", "5797/UBND-NV", "30/11/2024", None, None, 40, 0),
        ("XA1", "PT-2", "plan_task", None, None, "31/05/2024", "30/05/2024", "Có", None, 0),
        ("XA1", "DR-1", "direction_reply", None, None, "10/06/2024", "12/06/2024", "Có", None, 2),
        ("XA1", "DR-2", "direction_reply", None, None, "18/06/2024", "18/06/2024", "Có", None, 0),
        ("XA1", "PR-06", "periodic_report", "Báo cáo tháng 6", None, "25/06/2024", None, None, None, 1),
        ("XA1", "RM-1", "remediation_plan", None, None, "05/06/2024", "04/06/2024", "Không", None, 3),
        ("XA1", "RV-1", "review_report", None, "10784/UBND", "28/06/2024", "27/06/2024", "Có", None, 0),
        ("H1", "UT-1", "update_task", None, "10784/UBND", "30/06/2024", "29/06/2024", "Có", 100, 0),
        ("H1", "UT-2", "update_task", None, "10784/UBND", "15/06/2024", None, None, 50, 0),
    ],
    "Công khai thủ tục": [
        # unit, procedure, decided, due, published, complete, posted, fee posted
        ("XA1", "1.001193", "01/06/2024", "06/06/2024", "05/06/2024", "Có", "Có", "Có"),
        ("XA1", "1.000894", "01/06/2024", "06/06/2024", "10/06/2024", "Có", "Có", "Không"),
        ("XA1", "1.000656", "01/06/2024", "20/06/2024", None, None, "Không", None),
    ],
    "Phản ánh, khiếu nại": [
        # unit, code, kind, received, term, due, resolved, published, satisfied
        ("XA1", "PA-1", "conduct", "03/06/2024", "5", None, "10/06/2024", "Có", None),
        ("XA1", "PA-2", "regulation", "03/06/2024", "2", None, "07/06/2024", "Không", None),
        ("XA1", "PA-3", "conduct", "27/06/2024", "15", None, None, None, None),
        ("XA1", "KN-1", "complaint", "04/06/2024", None, "30/06/2024", "20/06/2024", None, None),
        ("XA1", "TC-1", "denunciation", "05/06/2024", None, None, None, None, None),
    ],
    "Điểm chấm chỉ số": [
        ("XA1", "ND61", 2024, "1.1", "self", 2, 2, None),
        ("XA1", "ND61", 2024, "1.1", "appraised", 2, 1.5, None),
        ("XA1", "ND61", 2024, "1.2", "self", 2, 2, None),
        ("XA1", "NGUOI-DUNG-DAU", 2024, "TONG", "self", 10, 9, None),
        ("XA1", "NGUOI-DUNG-DAU", 2024, "TONG", "appraised", 10, 8.5, None),
    ],
    "Kiểm tra, khen thưởng, xử lý": [
        # unit, code, kind, day, violation, repeated, checked, mismatch, extra papers, subjects, remedied
        ("XA1", "KT-1", "surprise_inspection", "12/06/2024", "Có", "Có", 20, 3, 2, None, None),
        ("XA1", "KT-2", "planned_inspection", "18/06/2024", "Không", "Không", 10, 0, 0, None, None),
        ("XA1", "KH-1", "reward", "20/06/2024", None, None, None, None, None, 2, None),
        ("XA1", "XL-1", "handling", "25/06/2024", None, None, None, None, None, 1, None),
    ],
    "Đối thoại": [("XA1", "15/03/2024", "Có", 40, 12, 12), ("XA1", "20/06/2024", None, 20, 5, 4)],
    "Sổ theo dõi hồ sơ giấy": [("XA1", 10, 8)],
    "Số liệu tự khai": [
        ("XA1", "electronic_file", 5, 6),
        ("XA1", "electronic_document", 45, 50),
        ("XA1", "digital_signature", 40, 50),
        ("XA1", "sms_notice", 4, 6),
        ("XA1", "post_delivery", 1, 4),
        ("XA1", "joint_procedure", 1, 6),
    ],
    "Trang thông tin điện tử": [
        *(("XA1", item, "Có", None) for item in ("procedure_list", "receiver", "schedule",
                                                  "structure", "directory")),
        ("XA1", "boundary_map", "Không", None),
    ],
}  # fmt: skip
LETTERS: Rows = {"Thư xin lỗi": [("A-3", "20/06/2024", None)]}


def make_site(root: Path) -> MiniSite:
    """Write the site below `root` and take in its files of all three months."""
    mini = MiniSite(root, csv_units=UNITS)
    lines = [f"{u},Đơn vị {u},{LEVELS[u.rstrip('01234')]}" for u in UNITS]
    mini.edit("reference/units.csv", "code,name,level", *lines)
    (mini.directory / "reference/sectors.csv").unlink()
    mini.edit("reference/procedures.csv", "code,name,sector_code", *PROCEDURES)
    mini.write_settings(DECEMBER)
    entries = [f'  - {{unit: {u}, uri: "{{period}}/{u}.csv"}}' for u in UNITS if u not in SERVED]
    entries += [f'  - {{unit: {u}, uri: "{{period}}/{u}.csv", layouts: [phuc_vu]}}' for u in SERVED]
    entries += [
        f'  - {{unit: {u}, feed: registers, uri: "{{period}}/so-{u}.xlsx"}}' for u in ("P1", "XA1")
    ]
    mini.edit("sources.yml", "defaults: {layouts: [bang]}", "units:", *entries)
    (mini.directory / "layouts/bang_xlsx.yml").unlink()
    _write_layout(mini, "bang", PLAIN)
    _write_layout(mini, "phuc_vu", tuple(COLUMNS))
    for unit in UNITS:
        cells = (HO_TICH, BINH, "Trực tiếp", "04/12/2023", "12/12/2023", "11/12/2023", DONE)
        padding = ("",) * (len(COLUMNS) - len(PLAIN)) if unit in SERVED else ()
        _send(mini, DECEMBER, unit, [(f"{unit}-D", *cells, *padding)])
    _send(mini, MAY, "XA1", XA1_MAY)
    _send(mini, JUNE, "XA1", XA1_JUNE)
    _send(mini, JUNE, "H1", [_case("H-1", DAT_DAI, BINH, "Trực tiếp", "03/06", "12/06", "11/06")])
    for unit in SERVED:
        _send(mini, JUNE, unit, [(f"{unit}-{line[0]}", *line[1:]) for line in SERVED_JUNE])
    _fill(mini, "P1", OFFICE)
    _fill(mini, "XA1", LETTERS)
    for period in (DECEMBER, MAY, JUNE):
        mini.take_in(period)
    return mini


def _write_layout(mini: MiniSite, name: str, columns: Sequence[str]) -> None:
    """A layout of these columns; those that no export may carry yet are read past."""
    known = [column for column in columns if column in CANONICAL_COLUMNS]
    ignored = [COLUMNS[column] for column in columns if column not in known]
    mini.edit(
        f"layouts/{name}.yml",
        f"name: {name}",
        "kind: csv",
        'header: {labels: ["Mã hồ sơ", "Ngày tiếp nhận"]}',
        "export_kind: snapshot",
        f"ignore: {ignored}",
        "columns:",
        *(f"  {column}: [{COLUMNS[column]}]" for column in known),
    )


def _send(mini: MiniSite, period: str, unit: str, cases: Sequence[Line]) -> None:
    header = [COLUMNS[name] for name in COLUMNS][: len(cases[0])]
    mini.path(period, unit).write_bytes(csv_bytes([header, *cases]))


def _fill(mini: MiniSite, unit: str, rows: Rows) -> None:
    """The unit's register workbook of June, filled in below the template's headers."""
    path = mini.directory / "exports" / JUNE / f"so-{unit}.xlsx"
    write_template(mini.site, path, unit_code=unit, period=JUNE)
    book = openpyxl.load_workbook(path)
    for title, lines in rows.items():
        for number, line in enumerate(lines, FIRST_ROW):
            for column, value in enumerate(line, 1):
                book[title].cell(number, column).value = value
    book.save(path)
