"""The workbook that goes back, cell by cell, from files that were read: what is wrong, then what was mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from publishing.unit_packs import pack_path
from tests.golden.corrected_site import PERIOD, create, first_files, second_files
from tests.integration.mini_site import MiniSite
from tests.integration.publications import publish_now, workbooks
from tests.laws.models import Models

pytestmark = pytest.mark.golden
DUE = "Ngày hẹn trả trước ngày tiếp nhận."
DUE_FIX = "Kiểm tra lại hai ngày này trên hệ thống Một cửa và sửa ngày sai."
DAY_FIX = "Ghi lại theo dạng ngày/tháng/năm, ví dụ 05/03/2024."
NO_CODE = ("Dòng không có mã hồ sơ.", "Điền mã hồ sơ như trên hệ thống Một cửa.")
TWICE = "Cùng một mã hồ sơ có nhiều dòng khác nhau trong một tệp."
CODE = "000.00.16.H32-240108-{:04d}"
PLACE = ("NHIEU.xlsx", "Danh sách")


@dataclass(frozen=True)
class Outbox:
    """The units' workbooks after the first files, and after the corrections."""

    mini: MiniSite
    first: dict[str, Workbook]
    second: dict[str, Workbook]


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory, models: Models) -> Iterator[Outbox]:
    """Both rounds, taken in and published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MOTCUA_EXPORTS", raising=False)
        mini = create(tmp_path_factory.mktemp("mini"))
        rounds = []
        for number, send in enumerate((first_files, second_files), start=1):
            send(mini)
            mini.take_in(PERIOD)
            publish_now(mini.site, mini.home, models, f"2024020{number}T000000-a")
            workbooks(mini.site, mini.home, PERIOD)
            units = (*mini.csv_units, *mini.xlsx_units)
            rounds.append(
                {u: openpyxl.load_workbook(pack_path(mini.home, u, PERIOD)) for u in units}
            )
        yield Outbox(mini, *rounds)


def lines(sheet: Worksheet, first: int = 1, columns: int | None = None) -> list[list[object]]:
    """The cells of a sheet from a row on, without the time of receipt, blank rows left out."""
    found: list[list[object]] = [
        ["TIME" if isinstance(c.value, datetime) else c.value for c in row[:columns]]
        for row in sheet.iter_rows(min_row=first)
    ]
    return [row for row in found if any(value is not None for value in row)]


def filled(sheet: Worksheet, first: int = 1) -> list[list[object]]:
    """Only the cells that hold something: what merged cells show."""
    return [[v for v in row if v is not None] for row in lines(sheet, first)]


def test_sheets_are_those_that_say_something(outbox: Outbox) -> None:
    figures = "Số liệu của đơn vị"
    assert {unit: book.sheetnames for unit, book in outbox.first.items()} == {
        "NHIEU": ["Tổng hợp", "Lỗi cần sửa", "Chi tiết lỗi", "Cảnh báo", "Chi tiết cảnh báo", figures],
        "V1": ["Tổng hợp", "Lỗi cần sửa", "Chi tiết lỗi", figures],
        "TU-CHOI": ["Tổng hợp", "Lỗi cần sửa"],
        "GIU-LAI": ["Tổng hợp"],
        "DU": ["Tổng hợp", figures],
    }  # fmt: skip
    assert outbox.second["NHIEU"].sheetnames == [
        "Tổng hợp", "Lỗi cần sửa", "Đã sửa", "Cảnh báo", "Chi tiết cảnh báo", figures,
    ]  # fmt: skip
    assert outbox.second["TU-CHOI"].sheetnames == ["Tổng hợp", "Đã sửa", figures]


def test_first_file_summary_adds_up(outbox: Outbox) -> None:
    assert filled(outbox.first["NHIEU"]["Tổng hợp"]) == [
        ["KẾT QUẢ NẠP SỐ LIỆU HỒ SƠ THỦ TỤC HÀNH CHÍNH"],
        ["Phường NHIEU"],
        ["Kỳ báo cáo: Tháng 01 năm 2024"],
        [("Có 12 dòng bị từ chối, chưa tính vào số liệu. Đề nghị đơn vị sửa theo trang “Lỗi cần sửa”"
         " trên hệ thống Một cửa, kết xuất lại và gửi lại cả tệp.")],
        ["Có 6 cảnh báo; hồ sơ vẫn được tính. Đề nghị đơn vị kiểm tra theo trang “Cảnh báo”."],
        ["Số dòng trong từng tệp"],
        ["STT", "Tệp", "Loại tệp", "Nhận lúc", "Tình trạng tệp", "Cách nạp", "Số dòng đã đọc",
         "Được nhận", "Bị từ chối", "Trùng lặp", "Bỏ qua", "Cộng lại", "Tổng số ghi trong tệp",
         "Số hồ sơ đếm được", "Đối chiếu"],
        [1, "NHIEU.xlsx", "Hồ sơ", "TIME", "Đang dùng", "Thay thế", 26, 12, 12, 0, 2, "Khớp"],
        ["Cộng các tệp đang dùng", 26, 12, 12, 0, 2, "Khớp"],
        [("26 dòng đã đọc = 12 được nhận + 12 bị từ chối + 0 trùng lặp + 2 bỏ qua (tiêu đề, tổng"
         " cộng, chữ ký, hồ sơ chưa được tiếp nhận): Khớp.")],
        ["STT", "Tệp", "Kết quả, lý do", "Việc cần làm tiếp theo"],
        ["1", "NHIEU.xlsx", "Được nhận, trừ 12 dòng bị từ chối.",
         "Sửa theo trang “Lỗi cần sửa” trên hệ thống Một cửa, kết xuất lại và gửi lại cả tệp."],
    ]  # fmt: skip


def test_first_file_errors_grouped_by_cause_then_in_file_order(outbox: Outbox) -> None:
    sheet = outbox.first["NHIEU"]["Lỗi cần sửa"]
    due, received, code = "Ngày hẹn trả", "Ngày tiếp nhận", "Mã hồ sơ"
    assert lines(sheet, 3) == [
        ["STT", "Tệp", "Trang tính", "Ô", "Số ô", "Mã hồ sơ", "Cột", "Giá trị hiện có", "Sai gì",
         "Cách sửa"],
        [1, *PLACE, "H4:H10", 7, "7 hồ sơ", due, "02/01/2024", DUE, DUE_FIX],
        [2, *PLACE, "B11", 1, None, code, None, *NO_CODE],
        [3, *PLACE, "G12", 1, "000.00.16.H32-240131-0009", received, "31/02/2024",
         "Ngày tiếp nhận không đọc được hoặc không có thật.", DAY_FIX],
        [4, *PLACE, "H13", 1, CODE.format(10), due, "=1+1",
         "Ngày hẹn trả không đọc được hoặc không có thật.", DAY_FIX],
        [5, *PLACE, "B14", 1, CODE.format(11), code, CODE.format(11), TWICE,
         "Giữ lại một dòng đúng cho mỗi mã hồ sơ rồi gửi lại."],
        [6, *PLACE, "B15", 1, CODE.format(11), code, CODE.format(11), TWICE,
         "Giữ lại một dòng đúng cho mỗi mã hồ sơ rồi gửi lại."],
    ]  # fmt: skip
    formula = sheet["H7"]
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)


def test_every_cell_of_a_group_is_in_the_details(outbox: Outbox) -> None:
    assert lines(outbox.first["NHIEU"]["Chi tiết lỗi"], 3) == [
        ["Thuộc STT", "Tệp", "Trang tính", "Ô", "Mã hồ sơ", "Cột", "Giá trị hiện có", "Sai gì"],
        *([1, *PLACE, f"H{3 + n}", CODE.format(n), "Ngày hẹn trả", "02/01/2024", DUE]
          for n in range(1, 8)),
    ]  # fmt: skip
    warned = outbox.first["NHIEU"]["Chi tiết cảnh báo"]
    assert [row[3] for row in lines(warned, 4)] == [f"E{n}" for n in range(16, 22)]


def test_places_open_the_units_own_file(outbox: Outbox) -> None:
    """Relative links: both files in one folder; a text file opens as a whole; no link to old cells."""

    def links(book: Workbook, name: str) -> list[tuple[str | None, str | None]]:
        found = [cell.hyperlink for row in book[name].iter_rows() for cell in row]
        return [(link.target, link.location) for link in found if link]

    many = links(outbox.first["NHIEU"], "Lỗi cần sửa")
    assert many == [
        ("NHIEU.xlsx", f"'Danh sách'!{c}") for c in ("H4", "B11", "G12", "H13", "B14", "B15")
    ]
    assert links(outbox.first["NHIEU"], "Chi tiết lỗi")[-1] == ("NHIEU.xlsx", "'Danh sách'!H10")
    assert links(outbox.first["V1"], "Lỗi cần sửa") == [("V1.csv", None)]
    assert links(outbox.second["NHIEU"], "Đã sửa") == []


def test_text_files_are_told_by_line(outbox: Outbox) -> None:
    (line,) = lines(outbox.first["V1"]["Lỗi cần sửa"], 4)
    assert line == [1, "V1.csv", None, "dòng 2–4, 6, 8–9", 6, "6 hồ sơ", "Ngày hẹn trả",
                    "02/01/2024", DUE, DUE_FIX]  # fmt: skip


def test_corrected_file_shows_fixed_remaining_and_new(outbox: Outbox) -> None:
    book = outbox.second["NHIEU"]
    assert filled(book["Tổng hợp"], 4)[1] == [
        "So với lần gửi trước: đã sửa 8 lỗi, còn 4 lỗi, mới 1 lỗi."
    ]
    assert lines(book["Lỗi cần sửa"], 3, 9) == [
        ["STT", "Tình trạng", "Tệp", "Trang tính", "Ô", "Số ô", "Mã hồ sơ", "Cột",
         "Giá trị hiện có"],
        [1, "Còn lại", *PLACE, "H4", 1, CODE.format(1), "Ngày hẹn trả", "02/01/2024"],
        [2, "Còn lại", *PLACE, "H5", 1, CODE.format(2), "Ngày hẹn trả", "02/01/2024"],
        [3, "Còn lại", *PLACE, "B11", 1, None, "Mã hồ sơ", None],
        [4, "Còn lại", *PLACE, "G12", 1, "000.00.16.H32-240131-0009", "Ngày tiếp nhận", "31/02/2024"],
        [5, "Mới", *PLACE, "G13", 1, "000.00.16.H32-240305-0010", "Ngày tiếp nhận", "05/03/2024"],
    ]  # fmt: skip
    assert lines(book["Đã sửa"], 3) == [
        ["STT", "Tệp", "Trang tính", "Ô", "Số ô", "Mã hồ sơ", "Cột", "Giá trị khi đó", "Sai gì"],
        *([n - 2, *PLACE, f"H{3 + n}", 1, CODE.format(n), "Ngày hẹn trả", "02/01/2024", DUE]
          for n in range(3, 8)),
        [6, *PLACE, "H13", 1, CODE.format(10), "Ngày hẹn trả", "=1+1",
         "Ngày hẹn trả không đọc được hoặc không có thật."],
        [7, *PLACE, "B14", 1, CODE.format(11), "Mã hồ sơ", CODE.format(11), TWICE],
        [8, *PLACE, "B15", 1, CODE.format(11), "Mã hồ sơ", CODE.format(11), TWICE],
    ]  # fmt: skip
    (warned,) = lines(book["Cảnh báo"], 4)
    assert warned[:7] == [1, "Còn lại", *PLACE, "E15:E20", 6, "6 hồ sơ"]


def test_both_files_stand_in_the_ledger_and_only_the_last_is_summed(outbox: Outbox) -> None:
    found = filled(outbox.second["NHIEU"]["Tổng hợp"], 9)
    assert found[2:5] == [
        [1, "NHIEU.xlsx", "Hồ sơ", "TIME", "Đã được tệp sau thay thế", "Thay thế", 26, 12, 12, 0, 2,
         "Khớp"],
        [2, "NHIEU.xlsx", "Hồ sơ", "TIME", "Đang dùng", "Thay thế", 25, 18, 5, 0, 2, "Khớp"],
        ["Cộng các tệp đang dùng", 25, 18, 5, 0, 2, "Khớp"],
    ]  # fmt: skip
    assert found[-2] == ["1", "NHIEU.xlsx", "Được nhận, trừ 12 dòng bị từ chối.",
                         "Không phải làm gì: đã có tệp gửi sau thay thế."]  # fmt: skip


def test_refused_file_names_the_cells_of_its_head(outbox: Outbox) -> None:
    place = ("TU-CHOI.xlsx", "Danh sách")
    sheet = outbox.first["TU-CHOI"]["Lỗi cần sửa"]
    missing, unknown = "Hãy xuất lại tệp có cột này.", (
        "Hãy sửa lại tên cột, hoặc báo phòng phụ trách để thêm cột vào mẫu.")  # fmt: skip
    assert lines(sheet, 4) == [
        [1, *place, None, 1, None, "Kênh", None, "Thiếu cột «Kênh» (có phải «Kênh nộp»?).", missing],
        [2, *place, None, 1, None, "Ngày kết thúc", None,
         "Thiếu cột «Ngày kết thúc» (có phải «Ngày KT»?).", missing],
        [3, *place, "F3", 1, None, "Kênh nộp", None,
         "Ô F3: cột «Kênh nộp» không có trong mẫu tệp (có phải «Kênh»?).", unknown],
        [4, *place, "I3", 1, None, "Ngày KT", None,
         "Ô I3: cột «Ngày KT» không có trong mẫu tệp (có phải «Ngày kết thúc»?).", unknown],
    ]  # fmt: skip
    assert sheet["D6"].hyperlink.location == "'Danh sách'!F3"
    summary = filled(outbox.first["TU-CHOI"]["Tổng hợp"], 4)
    assert summary[0] == [("Tệp gửi gần nhất bị từ chối, chưa tính vào số liệu. Đề nghị đơn vị sửa"
                          " theo trang “Lỗi cần sửa” rồi gửi lại cả tệp.")]  # fmt: skip
    assert ["Chưa có tệp nào của kỳ này được tính vào số liệu."] in summary
    assert summary[-1][-1] == "Sửa theo trang “Lỗi cần sửa” rồi gửi lại cả tệp."
    after = filled(outbox.second["TU-CHOI"]["Tổng hợp"], 4)
    assert after[:2] == [["So với lần gửi trước: đã sửa 4 lỗi, còn 0 lỗi, mới 0 lỗi."],
                         ["Tệp của đơn vị được nạp đầy đủ, không có lỗi cần sửa."]]  # fmt: skip
    assert [row[4] for row in lines(outbox.second["TU-CHOI"]["Đã sửa"], 4)] == [1, 1, 1, 1]


def test_held_file_says_why_and_what_comes_next(outbox: Outbox) -> None:
    assert filled(outbox.first["GIU-LAI"]["Tổng hợp"], 4) == [
        [("Có tệp đang được giữ lại, chưa tính vào số liệu: cơ quan tổng hợp sẽ quyết định sau khi"
         " trao đổi với đơn vị.")],
        ["Số dòng trong từng tệp"],
        *filled(outbox.first["NHIEU"]["Tổng hợp"], 9)[:1],
        [1, "GIU-LAI bo sung.xlsx", "Hồ sơ", "TIME", "Giữ lại chờ quyết định", "Thay thế"],
        ["Chưa có tệp nào của kỳ này được tính vào số liệu."],
        ["STT", "Tệp", "Kết quả, lý do", "Việc cần làm tiếp theo"],
        ["1", "GIU-LAI bo sung.xlsx",
         "Tên tệp hoặc tiêu đề ghi «bổ sung»: cần xác định tệp thay thế hay chỉ bổ sung cho tệp trước.",
         "Chờ cơ quan tổng hợp quyết định; nếu gửi nhầm thì gửi lại tệp đúng."],
    ]  # fmt: skip


def test_perfect_file_agrees_with_its_own_total(outbox: Outbox) -> None:
    found = filled(outbox.first["DU"]["Tổng hợp"], 4)
    assert found[0] == ["Tệp của đơn vị được nạp đầy đủ, không có lỗi cần sửa."]
    assert found[3] == [1, "DU.xlsx", "Hồ sơ", "TIME", "Đang dùng", "Thay thế", 6, 3, 0, 0, 3, "Khớp",
                        3, 3, "Khớp"]  # fmt: skip
    assert found[-1] == ["1", "DU.xlsx", "Được nhận đầy đủ.", "Không phải làm gì."]


def test_lists_print_on_landscape_a4_with_their_head_on_every_page(outbox: Outbox) -> None:
    for sheet in outbox.second["NHIEU"].worksheets:
        setup, fit = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
        assert (setup.orientation, str(setup.paperSize), setup.fitToWidth) == (
            "landscape",
            "9",
            None,
        )
        assert fit is not None
        assert fit.fitToPage
    listed = outbox.second["NHIEU"]["Lỗi cần sửa"]
    assert (listed.freeze_panes, listed.print_title_rows) == ("A4", "$3:$3")
    assert listed.auto_filter.ref == "A3:K8"


def test_nothing_else_lies_in_the_outbox(outbox: Outbox) -> None:
    """Only workbooks and the mark of what was written lie in the outbox."""
    found = {path.name for path in outbox.mini.home.outbox.rglob("*") if path.is_file()}
    names = {f"Ket-qua-nap-{unit}-{PERIOD}.xlsx" for unit in outbox.first}
    assert found == names | {".written.parquet"}
