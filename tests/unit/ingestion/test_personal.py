"""Personal data in mapped columns: what is masked, what must stand as it is."""

from collections.abc import Sequence

import pyarrow as pa
import pytest

from ingestion.decode.personal import HashKeyError, masked_date, protect
from ingestion.layouts import CANONICAL_COLUMNS, Layout
from ingestion.masking import masked_numbers

LAYOUT = Layout.model_validate(
    {
        "name": "bang",
        "header": {"row": 1},
        "export_kind": "snapshot",
        "columns": {"case_code": ["Mã"], "received_at": ["Nhận"]},
        "absent": ["due_at", "completed_at", "status", "sector"],
    }
)
HASHED = LAYOUT.model_copy(update={"columns": {**LAYOUT.columns, "applicant_key": ("CCCD",)}})


def a_table(**cells: Sequence[str | None]) -> pa.Table:
    """A table of raw rows in which only the given columns are filled."""
    count = len(next(iter(cells.values())))
    columns = {name: cells.get(name, [None] * count) for name in CANONICAL_COLUMNS}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


@pytest.mark.parametrize(
    "value",
    [
        "05/03/2024",
        "5-3-2024",
        "2024-03-05 14:30:00",
        "14:30 05/03/2024",
        "05/03/2024 2:30:00 CH",
        "ngày 05 tháng 3 năm 2024",
        "14h30 ngày 05/03/2024",
        "32/13/2024",
        "05/03/20244",
        "20240305143000",
        "202403051430",
        "20240305",
        "45356",
        "45356.604166667",
        "N/A",
        "chưa có",
        "#REF!",
        "05-Mar-2024",
        "Thứ hai, 05/03/2024",
        "-",
    ],
)
def test_what_may_be_a_date_stands(value: str) -> None:
    assert masked_date(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "Nguyễn Thị Hòa",
        "0912345678",
        "0912.345.678",
        "+84 912 345 678",
        "056095001234",
        "212345678",
        "ngày 05/03 bà Lê Thị Bảy nộp",
        "a@b.vn",
        "12 Trần Phú, Lộc Thọ",
    ],
)
def test_what_is_no_date_is_masked(value: str) -> None:
    masked = masked_date(value)
    assert masked == f"‹đã che: {len(value)} ký tự›"


def test_numbers_inside_a_text_are_masked_and_the_rest_stays() -> None:
    assert masked_numbers("Đang xử lý, gọi 0912 345 678") == "Đang xử lý, gọi ‹số đã che›"
    assert masked_numbers("Trần Văn B (tvb@khanhhoa.gov.vn)") == "Trần Văn B (‹số đã che›)"
    assert masked_numbers("Quyết định 766/QĐ-TTg ngày 23/06/2022") == (
        "Quyết định 766/QĐ-TTg ngày 23/06/2022"
    )


def test_a_table_is_protected_column_by_column() -> None:
    table = a_table(
        case_code=["H32.16-240305-0001", "Nguyễn Văn An", "4821", None],
        received_at=["05/03/2024", "0912345678", None, "2024-03-05"],
        due_at=["Nguyễn Văn An", None, "05/03/2024 17:00", "x"],
        status=["Đã xong", "056095001234", None, "Đã xong"],
        fee=["100000000", "5", None, None],
        official_code=["056095001234", None, None, None],
    )
    safe = protect(table, LAYOUT)
    assert safe["case_code"].to_pylist() == [
        "H32.16-240305-0001",
        "‹đã che: 13 ký tự›",
        "4821",
        None,
    ]
    assert safe["received_at"].to_pylist()[1] == "‹đã che: 10 ký tự›"
    assert safe["due_at"].to_pylist() == [
        "‹đã che: 13 ký tự›",
        None,
        "05/03/2024 17:00",
        "‹đã che: 1 ký tự›",
    ]
    assert safe["status"].to_pylist() == ["Đã xong", "‹số đã che›", None, "Đã xong"]
    assert safe["fee"].equals(table["fee"])
    assert safe["official_code"].equals(table["official_code"])


PERSON = "Hoàng Thị Bích 0987 654 321, 17 Hẻm Suối Dầu"
FREE = [c for c in CANONICAL_COLUMNS if c not in ("applicant_key", "official_code")]


@pytest.mark.parametrize("column", FREE)
def test_no_column_of_text_shows_a_person_with_phone_and_address(column: str) -> None:
    (cell,) = protect(a_table(**{column: [PERSON]}), LAYOUT)[column].to_pylist()
    hidden = ["0987", "Suối", *([] if column == "official" else ["Hoàng", "Bích"])]
    assert [part for part in hidden if part in cell] == []
    assert "đã che" in cell
    assert ("Hoàng Thị Bích" in cell) == (column == "official")


def test_a_unit_stays_readable_but_a_person_in_its_place_does_not() -> None:
    cells = [
        "UBND phường Mới",
        "Hoàng Hoa Thám",
        "Trần Văn Bé",
        "Hà Huy Tập",
        "0912345678",
        "Lê Lợi",
    ]
    known = frozenset({"hoàng hoa thám"})
    assert protect(a_table(unit=cells), LAYOUT, known)["unit"].to_pylist() == [
        "UBND phường Mới", "Hoàng Hoa Thám", "‹tên đã che›", "‹tên đã che›", "‹số đã che›", "Lê Lợi",
    ]  # fmt: skip


def test_codes_stand_unless_they_are_a_persons() -> None:
    codes = [
        "1.001193.000.00.00.H32",
        "2.000815",
        "G15-TP07",
        "000.00.16",
        "056095001234",
        "Lê Văn Tám",
    ]
    masked = [*codes[:4], "‹số đã che›", "‹tên đã che›"]
    for column in ("procedure_code", "sector_code"):
        assert protect(a_table(**{column: codes}), LAYOUT)[column].to_pylist() == masked
    named = ["1.001193.000.00.00.H32 - Đăng ký khai sinh", "Đăng ký thường trú, tạm trú"]
    assert protect(a_table(procedure=named), LAYOUT)["procedure"].to_pylist() == named


def test_identities_leave_the_reader_as_keyed_hashes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    table = a_table(case_code=["1", "2", "3"], applicant_key=["056095001234", None, "056095001234"])
    monkeypatch.setenv("MOTCUA_HASH_KEY", "k" * 32)
    first = protect(table, HASHED)["applicant_key"].to_pylist()
    assert first[0] == first[2]
    assert (len(first[0]), first[1]) == (64, None)
    monkeypatch.setenv("MOTCUA_HASH_KEY", "l" * 32)
    assert protect(table, HASHED)["applicant_key"].to_pylist()[0] != first[0]
    monkeypatch.setenv("MOTCUA_HASH_KEY", "short")
    with pytest.raises(HashKeyError, match="MOTCUA_HASH_KEY"):
        protect(table, HASHED)
