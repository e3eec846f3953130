"""One month of eleven cases as units really send it: the same truth in a dozen kinds of dress."""

import html
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

PERIOD = "2024-03"
Row = tuple[str, ...]
LABELS = ("Mã hồ sơ", "Lĩnh vực", "Cán bộ", "Tiếp nhận", "Hẹn trả", "Kết thúc", "Trạng thái")


@dataclass(frozen=True)
class Line:
    """One case as the clerk sees it; dates dd/MM/yyyy."""

    number: int
    sector: str
    received: str
    due: str
    completed: str
    status: str
    fate: str = "accepted"
    """accepted, duplicate, or the rule that rejects it."""

    def code(self, unit: int) -> str:
        """The case code in the national form; its date is that of reception."""
        day, month, year = self.received.split("/")
        return f"000.{unit:02d}.16.H32-{year[2:]}{month}{day}-{self.number:04d}"

    def cells(self, unit: int, write: Callable[[str], str] = str) -> Row:
        """The cells in the order of LABELS; ``write`` gives dates another form."""
        days = [write(day) if day else "" for day in (self.received, self.due, self.completed)]
        return (self.code(unit), self.sector, "Phạm Thị Thuỷ", *days, self.status)


DONE, OPEN = "Đã xử lý xong", "Đang xử lý"
CIVIL, LAND, CERTIFIED = "Hộ tịch", "Đất đai", "Chứng thực"
LINES = (
    Line(1, CIVIL, "04/03/2024", "08/03/2024", "06/03/2024", DONE),
    Line(2, CIVIL, "05/03/2024", "08/03/2024", "08/03/2024", DONE),
    Line(3, CIVIL, "06/03/2024", "11/03/2024", "13/03/2024", DONE),
    Line(10, CIVIL, "26/02/2024", "01/03/2024", "04/03/2024", DONE),
    Line(2, CIVIL, "05/03/2024", "08/03/2024", "08/03/2024", DONE, "duplicate"),
    Line(4, LAND, "07/03/2024", "10/04/2024", "", OPEN),
    Line(5, LAND, "08/03/2024", "20/03/2024", "", OPEN),
    Line(6, LAND, "11/03/2024", "25/03/2024", "15/03/2024", "Công dân yêu cầu rút"),
    Line(12, LAND, "14/03/2024", "18/03/2024", "", "Yêu cầu bổ sung giấy tờ"),
    Line(7, CERTIFIED, "12/03/2024", "", "12/03/2024", DONE),
    Line(8, CERTIFIED, "12/03/2024", "15/03/2024", "10/03/2024", DONE, "completed_before_received"),
    Line(9, CERTIFIED, "13/03/2024", "31/02/2024", "14/03/2024", DONE, "unreadable_due_date"),
)
SECTORS = (CIVIL, LAND, CERTIFIED)
FIGURES = {
    # opening, received, early, on time, late, no due, withdrawn, in time, overdue, suspended
    CIVIL: (1, 3, 1, 1, 2, 0, 0, 0, 0, 0),
    LAND: (0, 4, 0, 0, 0, 0, 1, 1, 1, 1),
    CERTIFIED: (0, 1, 0, 0, 0, 1, 0, 0, 0, 0),
}
"""Counted by hand from LINES for March 2024."""

_COLUMNS = """columns:
  case_code: ["Mã hồ sơ"]
  sector: ["Lĩnh vực"]
  official: ["Cán bộ"]
  received_at: ["Tiếp nhận"]
  due_at: ["Hẹn trả"]
  completed_at: ["Kết thúc"]
  status: ["Trạng thái"]
ignore: ["STT"]
drop: ["Chủ hồ sơ"]
export_kind: snapshot
"""
_HEADER = 'header: {labels: ["Mã hồ sơ", "Tiếp nhận"]}\n'
_FOOTER = 'footer: ["Người lập biểu"]\ntotal_label: "Tổng cộng"\nsubtotal_labels: ["Cộng"]\n'
PLAIN = _HEADER + _FOOTER + _COLUMNS
GROUPED = (
    PLAIN.replace('  sector: ["Lĩnh vực"]\n', "").replace("}\n", ", rows: 2}\n", 1)
    + "group_holds: sector\n"
)
BY_SHEET = PLAIN.replace('  sector: ["Lĩnh vực"]\n', "") + "sheet: all\nsheet_holds: sector\n"
TWO_ROWS = PLAIN.replace("}\n", ", rows: 2}\n", 1)
PAYLOAD = """header: {row: 1}
columns:
  case_code: ["MaHoSo"]
  sector: ["TenLinhVuc"]
  official: ["NguoiXuLy"]
  received_at: ["NgayTiepNhan"]
  due_at: ["NgayHenTra"]
  completed_at: ["NgayKetThucXuLy"]
  status: ["TrangThaiHoSo"]
drop: ["ChuHoSo.Ten", "ChuHoSo.SoDienThoai"]
ignore: ["DanhSachLePhi.SoTien"]
dates: {orders: [ymd]}
export_kind: snapshot
"""


def _table(unit: int, labels: Sequence[str] = LABELS) -> list[Row]:
    return [tuple(labels), *(line.cells(unit) for line in LINES)]


def _delimited(rows: Sequence[Row], mark: str) -> str:
    return "".join(mark.join(row) + "\r\n" for row in rows)


def csv_with(encoding: str, mark: str) -> Callable[[int, Path], None]:
    """Delimited text in an encoding that Python knows."""

    def write(unit: int, path: Path) -> None:
        path.write_bytes(_delimited(_table(unit), mark).encode(encoding))

    return write


def csv_1258(unit: int, path: Path) -> None:
    """Windows-1258 writes most tones apart from their letters."""
    text = _delimited(_table(unit), ";")
    path.write_bytes(b"".join(_in_1258(letter) for letter in text))


def _in_1258(letter: str) -> bytes:
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        return _tone_last(unicodedata.normalize("NFD", letter)).encode("cp1258")


def _tone_last(parts: str) -> str:
    """Compose all marks of a letter but its tone."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    tone = "".join(part for part in parts if part in tones)
    rest = "".join(part for part in parts if part not in tones)
    return unicodedata.normalize("NFC", rest) + tone


def payload(unit: int) -> list[dict[str, object]]:
    """The cases as the national synchronisation names them."""

    def stamp(day: str) -> str:
        return "".join(reversed(day.split("/"))) + "081500"

    names = ("MaHoSo", "TenLinhVuc", "NguoiXuLy", "NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy")
    rows: list[dict[str, object]] = []
    for line in LINES:
        cells = line.cells(unit, stamp)
        row: dict[str, object] = dict(zip(names, cells, strict=False))
        row["TrangThaiHoSo"] = line.status
        row["ChuHoSo"] = {"Ten": "Trần Thị Mỹ Duyên", "SoDienThoai": "0905111222"}
        row["DanhSachLePhi"] = [{"SoTien": 8000}, {"SoTien": 15000}]
        rows.append(row)
    return rows


def json_array(unit: int, path: Path) -> None:
    """The payload inside an answer of the service."""
    content = {"error_code": 0, "data": {"total": len(LINES), "items": payload(unit)}}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def zipped_json_lines(unit: int, path: Path) -> None:
    """JSON Lines in an archive, beside what macOS and an office leave there."""
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in payload(unit))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._ho_so.jsonl", b"\0\5\x16\7")
        archive.writestr("ho_so.jsonl", lines)
        archive.writestr("Công văn.pdf", b"%PDF-1.4\n")


def zipped_csv_by_sector(unit: int, path: Path) -> None:
    """One CSV a sector."""
    head, *_ = _table(unit)
    with zipfile.ZipFile(path, "w") as archive:
        for sector in SECTORS:
            rows = [line.cells(unit) for line in LINES if line.sector == sector]
            archive.writestr(f"{sector}.csv", _delimited([head, *rows], ",").encode("utf-8-sig"))


def dressed_workbook(unit: int, path: Path) -> None:
    """Titles, a two-row merged header, column numbers, groups, subtotals, total, signatures."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("BC tháng 3")
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    page.merge_range("A1:D1", "ỦY BAN NHÂN DÂN PHƯỜNG THỬ", bold)
    page.merge_range("E1:H1", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold)
    page.merge_range("A3:H3", "BÁO CÁO TÌNH HÌNH GIẢI QUYẾT HỒ SƠ THÁNG 03 NĂM 2024", bold)
    page.merge_range("A4:H4", "(Từ ngày 01/03/2024 đến ngày 31/03/2024)", bold)
    for column, label in ((0, "STT"), (1, "Mã hồ sơ"), (2, "Cán bộ"), (6, "Trạng thái")):
        page.merge_range(5, column, 6, column, label, bold)
    page.merge_range(5, 3, 5, 5, "Thời gian", bold)
    for column, label in ((3, "Tiếp nhận"), (4, "Hẹn trả"), (5, "Kết thúc")):
        page.write(6, column, label, bold)
    for column in range(7):
        page.write(7, column, f"({column + 1})")
    at = 8
    for number, sector in enumerate(SECTORS, 1):
        page.merge_range(at, 0, at, 6, f"{'I' * number}. Lĩnh vực {sector}", bold)
        chosen = [line for line in LINES if line.sector == sector]
        for position, line in enumerate(chosen, 1):
            at += 1
            code, _, official, *days, status = line.cells(unit)
            page.write_number(at, 0, position)
            page.write_string(at, 1, code)
            page.write_string(at, 2, official)
            for column, shown in enumerate(days, 3):
                _write_day(page, at, column, shown, day)
            page.write_string(at, 6, status)
        page.write(at + 1, 0, "Cộng", bold)
        page.write_number(at + 1, 1, len(chosen))
        at += 3  # and a blank row
    page.write(at, 0, f"Tổng cộng: {len(LINES)} hồ sơ", bold)
    page.write(at + 2, 4, "Nha Trang, ngày 02 tháng 4 năm 2024")
    page.write(at + 3, 1, "Người lập biểu")
    page.write(at + 3, 5, "Thủ trưởng đơn vị")
    page.write(at + 7, 1, "Lê Thị Bông")
    page.set_row(5000, None, bold)  # the used range reaches far below
    hidden = book.add_worksheet("Sheet2")
    hidden.write_row(0, 0, LABELS)
    hidden.write_row(1, 0, ("000.99.16.H32-240301-0001", CIVIL, "x", "01/03/2024", "", "", OPEN))
    hidden.hide()
    book.close()


def _write_day(
    page: xlsxwriter.worksheet.Worksheet, row: int, column: int, shown: str, form: object
) -> None:
    if not shown:
        return
    day, month, year = map(int, shown.split("/"))
    try:
        page.write_datetime(row, column, date(year, month, day), form)
    except ValueError:  # a day that Excel keeps as text, for there is none
        page.write_string(row, column, shown)


def sheet_a_sector(unit: int, path: Path) -> None:
    """A sheet for each sector, its name the sector's, columns not in one order, and a cover."""
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Bìa").write(0, 0, "BÁO CÁO THÁNG 3 NĂM 2024")
    for turn, sector in enumerate(SECTORS):
        page = book.add_worksheet(sector)
        order = [0, 2, 3, 4, 5, 6][turn:] + [0, 2, 3, 4, 5, 6][:turn]
        page.write_row(1, 0, ["STT", *(LABELS[index] for index in order)])
        chosen = [line for line in LINES if line.sector == sector]
        for position, line in enumerate(chosen, 1):
            cells = line.cells(unit)
            page.write_row(1 + position, 0, [str(position), *(cells[index] for index in order)])
        page.write_row(3 + len(chosen), 0, ["Tổng cộng", len(chosen)])
    book.close()


def sheet_a_month(unit: int, path: Path) -> None:
    """A year's workbook; only March is asked for."""
    book = xlsxwriter.Workbook(str(path))
    for month in ("Tháng 1", "Tháng 2", "Tháng 3"):
        page = book.add_worksheet(month)
        rows = _table(unit)
        for number, row in enumerate(rows if month == "Tháng 3" else rows[:1]):
            page.write_row(number, 0, row)
    book.close()


def html_as_xls(unit: int, path: Path) -> None:
    """What many one-stop systems call Excel."""
    out = io.StringIO()
    out.write('<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">')
    out.write("</head><body><table><tr><td colspan=8>BÁO CÁO HỒ SƠ<br>Tháng 03/2024</td></tr>")
    out.write("<tr><th rowspan=2>STT</th><th rowspan=2>Mã h&#7891; sơ</th>")
    out.write("<th rowspan=2>Lĩnh vực</th><th rowspan=2>Cán bộ</th><th colspan=3>Thời gian</th>")
    out.write("<th rowspan=2>Trạng thái</th></tr>")
    out.write("<tr><th>Tiếp&nbsp;nhận</th><th>Hẹn trả</th><th>Kết thúc</th></tr>")
    for position, line in enumerate(LINES, 1):
        cells = "".join(f"<td>{html.escape(cell) or '&nbsp;'}</td>" for cell in line.cells(unit))
        out.write(f"<tr><td>{position}</td>{cells}</tr>\n")
    out.write(f"<tr><td colspan=2>Tổng cộng: {len(LINES)} hồ sơ</td></tr></table></body></html>")
    path.write_text(out.getvalue(), "utf-8")


def spreadsheet_2003(unit: int, path: Path) -> None:
    """XML Spreadsheet 2003, with typed dates and skipped cells."""
    rows = []
    for row in _table(unit):
        cells = []
        for index, cell in enumerate(row, 1):
            if not cell:
                continue
            kind, value = "String", html.escape(cell)
            if cell[2:3] == "/" and not cell.startswith("31/02"):
                day, month, year = cell.split("/")
                kind, value = "DateTime", f"{year}-{month}-{day}T00:00:00.000"
            data = f'<Data ss:Type="{kind}">{value}</Data>'
            cells.append(f'<Cell ss:Index="{index}">{data}</Cell>')
        rows.append(f"<Row>{''.join(cells)}</Row>")
    path.write_text(
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="Sheet1"><Table ss:ExpandedColumnCount="3" ss:ExpandedRowCount="2">'
        f"{''.join(rows)}</Table></Worksheet></Workbook>",
        "utf-8",
    )


def swapped_by_excel(unit: int, path: Path) -> None:
    """A CSV of dd/MM/yyyy that an American Excel opened: days up to 12 became other dates."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    form = book.add_format({"num_format": "m/d/yyyy"})
    page.write_row(0, 0, LABELS)
    for number, line in enumerate(LINES, 1):
        code, sector, official, *days, status = line.cells(unit)
        page.write_row(number, 0, (code, sector, official))
        for column, shown in enumerate(days, 3):
            day, month, year = (shown or "99/0/0").split("/")
            is_taken = int(day) <= 12
            wrong = f"{month}/{day}/{year}" if is_taken else shown
            if is_taken:
                _write_day(page, number, column, wrong, form)
            else:
                page.write_string(number, column, shown)
        page.write_string(number, 6, status)
    book.close()
