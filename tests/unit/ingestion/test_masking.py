"""Personal data in texts: what is masked, and what must stay as it is."""

import csv
from pathlib import Path

import pytest

from ingestion.manifest import Message
from ingestion.masking import (
    distinct_names,
    masked_addresses,
    masked_file_name,
    masked_names,
    masked_numbers,
    masked_text,
    masked_unit,
)

pytestmark = pytest.mark.unit
NAME, NUMBER = "‹tên đã che›", "‹số đã che›"
SEEDS = Path("dbt_project/seeds")


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("Nguyễn Thị Hồng Gấm", NAME),
        ("Lê Thanh Thủy", NAME),
        ("TRẦN VĂN BA nộp", f"{NAME} nộp"),
        ("Ông Hồ Bé nộp chậm", f"Ông {NAME} nộp chậm"),
        ("chờ Đặng Văn Tú, Trần Thị Bé ký", f"chờ {NAME}, {NAME} ký"),
        ("Ng\u0075ye\u0302\u0303n Thị Hoa".replace("Ng\u0075ye", "Nguye"), NAME),  # decomposed
        ("bà Mai, 0987.654.321", "bà Mai, " + NUMBER),
    ],
)
def test_people_are_masked(value: str, masked: str) -> None:
    assert masked_text(value) == masked


@pytest.mark.parametrize(
    "value",
    [
        "Lý Lịch Tư Pháp", "HỒ SƠ ĐẤT ĐAI", "PHẠM VI ĐIỀU CHỈNH", "Lưu Thông Hàng Hóa", "Lê Lợi",
        "UBND phường Võ Thị Sáu", "đường Nguyễn Văn Linh", "Bà Rịa - Vũng Tàu", "Lâm nghiệp", "",
        "Từ ngày 01.12.2024 đến 31.12.2024",
    ],
)  # fmt: skip
def test_terms_and_places_stay(value: str) -> None:
    assert masked_text(value) == value


def test_no_sector_or_status_of_the_national_lists_is_taken_for_a_person() -> None:
    words = set()
    for path in sorted(SEEDS.glob("*.csv")):
        with path.open(encoding="utf-8") as lines:
            words |= {cell for row in csv.reader(lines) for cell in row}
    assert len(words) > 200
    shown = [form for word in words for form in (word, word.title(), word.upper())]
    assert [word for word in shown if masked_names(word) != word] == []
    assert [word for word in shown if masked_addresses(masked_numbers(word)) != word] == []


def test_no_unit_of_the_demo_city_is_taken_for_a_person_or_an_address() -> None:
    with Path("sites/demo/reference/units.csv").open(encoding="utf-8") as lines:
        units = [row["name"] for row in csv.DictReader(lines)]
    assert len(units) > 30
    assert [unit for unit in units if masked_unit(unit) != unit] == []


PLACE = "‹địa chỉ đã che›"


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("17 Hẻm Suối Dầu", PLACE),
        ("12/5A Lê Hồng Phong, P. Phước Hải", PLACE),
        ("Lê Hoa, 25A Lê Lợi, phường Xương Huân", f"Lê Hoa, {PLACE}"),
        ("Lê Hoa (trú tại 5 Lý Tự Trọng)", f"Lê Hoa ({PLACE})"),
        ("Số nhà 12 đường 23/10", PLACE),
        ("Địa chỉ: chợ Đầm", PLACE),
        ("Bà Hoa, thôn Phú Lộc, xã Vĩnh Thái", f"Bà Hoa, {PLACE}"),
        ("tổ 5, phường Phước Hải", PLACE),
        ("Tổ Một cửa, phường Lộc Thọ", None),
        ("Phòng 12 đường bộ", None),
        ("02 Nguyễn Văn An", None),
        ("Cấp III, 4 tổ chức", None),
        ("Thay đổi địa chỉ trụ sở", None),
        ("Đăng ký tạm trú tại khu kinh tế", None),
        ("01 Hộ Tịch, Chứng Thực", None),
    ],
)
def test_addresses(value: str, masked: str | None) -> None:
    assert masked_addresses(value) == (masked or value)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("U4_Nguyễn_Thị_Gấm_0987654321.csv", f"U4 {NAME} {NUMBER}.csv"),
        ("ho so 079123456789.xlsx", f"ho so {NUMBER}.xlsx"),
        ("NT_2024-01_02-03-2024.csv", "NT_2024-01_02-03-2024.csv"),
        ("xuat_202412311230.csv", "xuat_202412311230.csv"),
        ("NT-LOC-THO_20241231093000.json", "NT-LOC-THO_20241231093000.json"),
    ],
)
def test_names_of_files(name: str, masked: str) -> None:
    assert masked_file_name(name) == masked


def test_sheets_named_after_people_are_still_told_apart() -> None:
    names = ["Phan Văn A", "Hộ tịch", "Phan Văn B", f"{NAME} (2)"]
    assert distinct_names(names) == [NAME, "Hộ tịch", f"{NAME} (3)", f"{NAME} (2)"]


def test_a_message_quotes_nobody() -> None:
    said = Message(
        "x", "Ô E1: cột «Phan Văn Tú» lạ.", "Phan Văn Tú", "E1", "0987 654 321", "a@b.vn"
    )
    assert (said.text, said.sheet, said.column, said.value) == (
        f"Ô E1: cột «{NAME}» lạ.", NAME, NUMBER, NUMBER,
    )  # fmt: skip
