"""Drafts of layouts: for every shape the demo exports, and for vendors nobody has seen."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from ingestion.decode.opened import UnreadableFileError
from ingestion.layouts import Layout, layout_problems
from ingestion.site import load_site
from ingestion.suggest import Suggestion, Vocabulary, suggest, vocabulary
from ingestion.text import match_key
from samples.generate import generate
from samples.plan import file_path, read_plan
from samples.shapes import SHAPES
from samples.site import layout_text
from tests.unit.ingestion.small_site import Line, write_workbook
from tests.unit.ingestion.unseen_vendors import VENDORS, Vendor

pytestmark = pytest.mark.unit

DEMO = Path(__file__).resolve().parents[3] / "sites" / "demo"


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    """What is shipped, without any site."""
    return vocabulary()


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One export of the demo of each shape."""
    out = tmp_path_factory.mktemp("exports")
    generate(DEMO, out, months=1, seed=1)
    found: dict[str, Path] = {}
    for unit in read_plan(DEMO):
        source = unit.sources[0]
        path = out / file_path(source, unit.code, 2024 * 12)
        found.setdefault(source.shape.name, path)
        if path.suffix in (".zip", ".jsonl"):
            found[path.suffix] = path
    return found


def written(tmp_path: Path, vendor: Vendor, count: int = 40) -> Path:
    """A vendor's file as CSV."""
    path = tmp_path / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        lines = [vendor.above] if vendor.above else []
        csv.writer(handle).writerows([*lines, vendor.labels, *vendor.rows(count)])
    return path


def layout_of(found: Suggestion) -> Layout:
    """The draft as it stands, when nothing in it must be filled in first."""
    return Layout.model_validate(yaml.safe_load(found.draft))


def places(found: Suggestion) -> dict[str, str | None]:
    """Label → place."""
    return {guess.label or "": guess.place for guess in found.columns}


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_each_shape_of_the_demo_is_drafted_as_its_own_layout_says(
    shape: str, exports: dict[str, Path], known: Vocabulary
) -> None:
    found = suggest(exports[shape], known, "nhap")
    meant = Layout.model_validate(yaml.safe_load(layout_text(SHAPES[shape])))
    drafted = Layout.model_validate({**yaml.safe_load(found.draft), "values": {}})
    assert drafted.columns.keys() == meant.columns.keys()
    for guess in found.columns:
        # A column under two header rows may be named with both or with the lower one alone.
        key = match_key((guess.label or "").removeprefix("Thời gian "))
        wanted = meant.label_keys.get(key)
        if wanted is None:
            wanted = "drop" if key in map(match_key, meant.drop) else "ignore"
        assert guess.place == wanted, guess
    assert drafted.reads({"csv": "text", "json": "json"}.get(SHAPES[shape].kind, "workbook"))
    assert (drafted.header.rows, drafted.dates) == (meant.header.rows, meant.dates)
    assert (drafted.group_holds, drafted.total_label) == (meant.group_holds, meant.total_label)
    assert drafted.delimiter == (meant.delimiter if SHAPES[shape].kind == "csv" else "auto")
    assert layout_problems(drafted) == []
    assert found.trial == ()
    assert found.rows_data == found.rows_seen > 0


@pytest.mark.parametrize("suffix", [".zip", ".jsonl"])
def test_archives_and_json_lines_are_looked_into(
    suffix: str, exports: dict[str, Path], known: Vocabulary
) -> None:
    found = suggest(exports[suffix], known, "nhap")
    assert found.missing == ()
    assert found.unplaced == ()
    assert found.rows_data


def test_unseen_vendors(tmp_path: Path, known: Vocabulary) -> None:
    """The hold-out set: none of its labels is known; 9 columns in 10 find their place, none a wrong one."""
    shipped = {match_key(label) for _, label in known.book.known}
    right, wrong, count = 0, [], 0
    for vendor in VENDORS:
        assert not shipped & set(map(match_key, vendor.labels)), vendor.name
        found = suggest(written(tmp_path, vendor), known, "nhap")
        assert found.missing == (), vendor.name
        for guess, (label, place, _) in zip(found.columns, vendor.columns, strict=True):
            count += 1
            right += guess.place == place
            if guess.place not in (place, None):
                wrong.append((vendor.name, label, guess))
    assert wrong == []
    assert right >= 0.92 * count, (right, count)


def test_labels_alone_find_most_places(tmp_path: Path, known: Vocabulary) -> None:
    """The same vendors' files of a month without cases: only the labels speak."""
    right = wrong = count = 0
    for vendor in VENDORS:
        if vendor.name == "cột không tên":
            continue  # its labels say nothing
        found = suggest(written(tmp_path, vendor, 0), known, "nhap")
        for guess, (_, place, _) in zip(found.columns, vendor.columns, strict=True):
            count += 1
            right += guess.place == place
            wrong += guess.place not in (place, None)
    assert wrong <= 1
    assert right >= 0.7 * count, (right, count)


def test_columns_without_names_are_known_by_their_cells(tmp_path: Path, known: Vocabulary) -> None:
    (vendor,) = (vendor for vendor in VENDORS if vendor.name == "cột không tên")
    found = suggest(written(tmp_path, vendor), known, "nhap")
    assert places(found) == {label: place for label, place, _ in vendor.columns}
    assert {guess.reason for guess in found.columns} == {"theo nội dung"}


def test_a_sites_own_names_and_readings_help(exports: dict[str, Path]) -> None:
    found = suggest(exports["so_theo_doi_excel"], vocabulary(load_site(DEMO)), "nhap")
    assert layout_of(found).values == {"status": {"Đã trả dân": "returned"}}
    assert "XEM LẠI: mẫu so_theo_doi_excel" in found.draft


def test_unknown_statuses_wait_for_a_person(exports: dict[str, Path], known: Vocabulary) -> None:
    found = suggest(exports["so_theo_doi_excel"], known, "nhap")
    assert '"Đã trả dân": TODO' in found.draft
    assert "«TODO»" in layout_problems(layout_of(found))[0]


def test_a_value_seen_once_may_be_a_slip_and_is_not_quoted(
    tmp_path: Path, known: Vocabulary
) -> None:
    said = (
        ["Đang xử lý"] * 20 + ["Chờ ký số"] * 3 + ["Bà Tư hẻm 5", "Nguyễn Văn An", "Nguyễn Văn An"]
    )
    rows = [[*case_row(n)[:5], status] for n, status in enumerate(said, 1)]
    found = suggest(sheets(tmp_path, a=[HEAD, *rows]), known, "nhap")
    assert '"Chờ ký số": TODO' in found.draft
    assert "còn 2 giá trị" in found.draft
    assert "Tư" not in found.draft
    assert "Văn An" not in found.draft


def case_row(number: int, *more: object) -> list[object]:
    """Code, sector, received, due, completed, status."""
    done = f"{number % 20 + 5:02d}/03/2024"
    code = f"000.00.16.H32-2403{number % 20 + 1:02d}-{number:04d}"
    received = f"{number % 20 + 1:02d}/03/2024"
    return [code, "Hộ tịch", received, "28/03/2024", done, "Đã xử lý xong", *more]


HEAD = ["Mã hồ sơ", "Lĩnh vực", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc", "Trạng thái"]


def sheets(tmp_path: Path, **pages: Sequence[Line]) -> Path:
    """A workbook of sheets."""
    return write_workbook(tmp_path / "trang.xlsx", pages)


def test_sheets_per_sector_and_per_month(tmp_path: Path, known: Vocabulary) -> None:
    head = [label for label in HEAD if label != "Lĩnh vực"]
    rows = [[cell for at, cell in enumerate(case_row(n)) if at != 1] for n in range(1, 9)]
    book = write_workbook(
        tmp_path / "a.xlsx",
        {"Hộ tịch": [head, *rows], "Chứng thực": [head, *rows], "Ghi chú": [["Chỉ để xem"]]},
    )
    drafted = layout_of(suggest(book, known, "nhap"))
    assert (drafted.sheet, drafted.sheet_holds) == ("all", "sector")
    pages: dict[str, Sequence[Line]] = {
        f"Tháng {m}": [HEAD, *map(case_row, range(1, 9))] for m in (1, 2, 3)
    }
    assert (
        layout_of(suggest(write_workbook(tmp_path / "b.xlsx", pages), known, "x")).sheet == "month"
    )


def test_of_several_tables_the_one_drafted_for_is_named(tmp_path: Path, known: Vocabulary) -> None:
    rows = list(map(case_row, range(1, 9)))
    pages: dict[str, Sequence[Line]] = {"Bìa": [["Báo cáo"]], "Số liệu": [HEAD, *rows]}
    book = write_workbook(tmp_path / "a.xlsx", pages)
    assert layout_of(suggest(book, known, "nhap")).sheet == "first"  # the only one with a table
    pages["Quý trước"] = [[*HEAD[:4], HEAD[5]], *([*row[:4], row[5]] for row in rows)]
    book = write_workbook(tmp_path / "b.xlsx", pages)
    assert layout_of(suggest(book, known, "nhap")).sheet == "Số liệu"


@pytest.mark.parametrize(
    ("days", "orders", "is_reviewed"),
    [
        (["13/03/2024", "05/03/2024"], ("dmy",), False),
        (["03/13/2024", "03/05/2024"], ("mdy",), False),
        (["05/03/2024", "06/03/2024"], ("dmy",), True),
        (["13/03/2024", "03/14/2024"], ("dmy",), True),
        (["2024-03-13", "2024-03-05"], ("ymd",), False),
        (["20240313083000", "20240305083000"], ("ymd",), False),
        (["13/03/2024", "2024-03-05"], ("dmy", "ymd"), False),
        (["13/03/24", "05/03/24"], ("dmy",), True),
    ],
)
def test_date_orders_are_proven_or_marked(
    tmp_path: Path, known: Vocabulary, days: list[str], orders: tuple[str, ...], is_reviewed: bool
) -> None:
    rows = [[f"HS{n:05d}", days[n % len(days)], "Đang xử lý"] for n in range(10)]
    path = tmp_path / "a.csv"
    lines = [["Mã hồ sơ", "Ngày tiếp nhận", "Trạng thái"], *rows]
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    found = suggest(path, known, "nhap")
    assert layout_of(found).dates.orders == orders
    line = next(line for line in found.draft.splitlines() if line.startswith("dates:"))
    assert ("XEM LẠI" in line) == is_reviewed
    assert layout_of(found).dates.two_digit_years == (days[0] == "13/03/24")


def test_what_speaks_against_a_label_weakens_it(tmp_path: Path, known: Vocabulary) -> None:
    """A term in days is no due date, a birth date no reception, a phone number no status."""
    head = [*HEAD[:3], "Thời hạn giải quyết", "Ngày nhận", "Tình trạng"]
    rows = [[*case_row(n)[:3], n % 20, "05/03/1975", f"0905{n:06d}"] for n in range(1, 30)]
    found = suggest(sheets(tmp_path, a=[head, *rows]), known, "nhap")
    placed = places(found)
    assert placed["Ngày tiếp nhận"] == "received_at"
    assert placed["Thời hạn giải quyết"] != "due_at"
    assert placed["Ngày nhận"] == "drop"
    assert placed["Tình trạng"] == "drop"
    assert "XEM LẠI: tệp không có due_at, completed_at, status" in found.draft


def test_one_finish_column_fills_completed(tmp_path: Path, known: Vocabulary) -> None:
    head = [*HEAD[:4], "Ngày trả kết quả", HEAD[5]]
    found = suggest(sheets(tmp_path, a=[head, *map(case_row, range(1, 9))]), known, "nhap")
    assert places(found)["Ngày trả kết quả"] == "completed_at"
    assert "tệp chỉ có một cột kết thúc; XEM LẠI" in found.draft


def test_of_two_columns_for_one_place_the_better_wins(tmp_path: Path, known: Vocabulary) -> None:
    head = [*HEAD, "Ngày nộp"]
    rows = [case_row(n, f"{n % 20 + 1:02d}/03/2024") for n in range(1, 9)]
    found = suggest(sheets(tmp_path, a=[head, *rows]), known, "nhap")
    assert places(found)["Ngày tiếp nhận"] == "received_at"
    assert places(found)["Ngày nộp"] is None
    assert "có thể là received_at, nhưng cột khác chắc hơn" in found.draft
    assert found.trial == ()
    assert found.rows_data is None  # a column without a place: a person decides first


def test_a_column_that_must_be_there_and_is_not(tmp_path: Path, known: Vocabulary) -> None:
    rows = [case_row(n)[1:] for n in range(1, 9)]
    found = suggest(sheets(tmp_path, a=[HEAD[1:], *rows]), known, "nhap")
    assert found.missing == ("case_code",)
    assert '# case_code: ["TÊN CỘT"]  # TODO' in found.draft
    assert any("case_code" in problem for problem in layout_problems(layout_of(found)))


@pytest.mark.parametrize(
    "lines",
    [
        [["Nguyễn Văn An", "0905123456", "05/03/2024"]] * 5,
        [["Báo cáo tháng 3"], [], ["Không có số liệu"]],
        # Two words that are labels elsewhere, in a table of something else.
        [["Trạng thái", "Ghi chú", "Nguyễn A", "Nguyễn B", "Nguyễn C", "Nguyễn D"], list("abcdef")],
        # Rows of a contact list, label and value in one cell.
        [["Họ tên Nguyễn Văn An", "Điện thoại 0905 123 456", "Địa chỉ", "Trạng thái"]] * 3,
    ],
)
def test_a_file_without_header_is_refused_without_quoting_it(
    tmp_path: Path, known: Vocabulary, lines: list[list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    with pytest.raises(UnreadableFileError) as caught:
        suggest(path, known, "nhap")
    said = caught.value.messages[0].text
    assert "không tìm thấy dòng tiêu đề" in said
    assert "Nguyễn" not in said
