"""JSON and JSON Lines: columns over the whole file, nested values, exact numbers, told defects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.ingestion.exports import FIXTURES, refused, shown

pytestmark = pytest.mark.unit


def rows(path: Path, content: str | bytes) -> dict[int, list[str]]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return shown(path)[None]


def test_the_national_payload() -> None:
    found = shown(FIXTURES / "dong_bo.json")[None]
    assert found[1] == [
        "MaHoSo",
        "MaTTHC",
        "TenLinhVuc",
        "ChuHoSo",
        "NgayTiepNhan",
        "NgayHenTra",
        "NgayTra",
        "TrangThaiHoSo",
        "MucDo",
        "DuocThanhToanTrucTuyen",
        "DanhSachLePhi.TenPhi",
        "DanhSachLePhi.SoTien",
        "KenhThucHien",
        "DiaChi.Tinh",
    ]
    # 3.10, 8000.50 and a code of 21 digits keep every digit.
    assert found[2][4:] == [
        "20240105083015",
        "20240110170000",
        "",
        "2",
        "3.10",
        "FALSE",
        "Lệ phí; Sao y",
        "8000.50",
    ]
    assert found[3][-2:] == ["Trực tuyến; 2", "Khánh Hòa"]
    assert found[4][0] == "123456789012345678901"


def test_lines_with_a_key_that_comes_late() -> None:
    assert shown(FIXTURES / "dong_bo.jsonl")[None] == {
        1: ["MaHoSo", "NgayTiepNhan", "DanhSachHoSoBoSung.NgayBoSung", "TenLinhVuc"],
        2: ["000.00.16.H32-240105-0001", "20240105083015", "20240106"],
        3: ["000.00.16.H32-240106-0002", "20240106090000", "", "Hộ tịch"],
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", ["list", "wrapped", "lines", "one"])
def test_shapes_and_encodings(tmp_path: Path, encoding: str, form: str) -> None:
    case = {"MaHoSo": "A-1", "TenLinhVuc": "Hộ tịch"}
    written = {
        "list": json.dumps([case, case], ensure_ascii=False),
        "wrapped": json.dumps({"a": [], "b": {"c": [case, case]}}, ensure_ascii=False),
        "lines": (json.dumps(case, ensure_ascii=False) + "\r\n") * 2,
        "one": json.dumps(case),
    }[form]
    found = rows(tmp_path / "a", written.encode(encoding))
    keys, values = ["MaHoSo", "TenLinhVuc"], ["A-1", "Hộ tịch"]
    assert found == {1: keys, 2: values} | ({} if form == "one" else {3: values})


def test_one_line_that_holds_lists_of_its_own_is_a_case(tmp_path: Path) -> None:
    line = '{"MaHoSo": "A", "NgayTiepNhan": "20240105", "DanhSachLePhi": [{"SoTien": 1}]}'
    assert rows(tmp_path / "a", line)[2] == ["A", "20240105", "1"]


def test_of_several_lists_the_one_with_the_layouts_labels(tmp_path: Path) -> None:
    both = '{"loi": [{"ma": 1}], "ho_so": [{"MaHoSo": "A"}]}'
    assert rows(tmp_path / "a", both)[2] == ["A"]
    code, said = refused(tmp_path / "a", b'{"x": [{"p": 1}], "y": {"z": [{"q": 2}]}}')
    assert (code, "«x», «y.z»" in said) == ("json_many_lists", True)


def test_odd_values(tmp_path: Path) -> None:
    content = r"""[{"a": 1e5, "b": -0, "c": 0.10, "d": "\ud83d", "e": "x\u0000y", "f": [[1, 2], [true]]},
    {"a": "", "g": {}, "h": [], "i": null, "j": {"k": null}}, {"j": {"k": {"m": 1}}}]"""
    found = rows(tmp_path / "a", content)
    assert found[1] == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j.k.m"]
    assert found[2] == ["1e5", "-0", "0.10", "�", "x�y", "1; 2; TRUE"]
    assert found[4] == [""] * 9 + ["1"]


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b'{"a": 1}\n{"a": 2\n{"a": 3}\n', "json_broken", "Dòng 3"),
        (b'{"a": 1}\nxyz\n', "json_broken", "Dòng 2"),
        (b'[{"a": 1},\n {"b": 2, "b": 3}]', "json_repeated_key", "Dòng 2: khóa «b»"),
        (b'[{"A": {"b": 1},\n "A.b": 2}]', "json_repeated_key", "Dòng 1: khóa «A.b»"),
        (b'[{"a": 1},\n 2]', "json_not_object", "Dòng 2"),
        (b"[[1, 2]]", "json_not_object", "Dòng 1"),
        (b"[]", "json_empty", "không có hồ sơ"),
        (b"{}", "json_empty", "không có hồ sơ"),
        (b'[{"a": NaN}]', "json_broken", "Dòng 1"),
        (b'[{"a": 1}', "json_broken", "Dòng 1"),
        (b'[{"a": 1}] x', "json_broken", "Dòng 1"),
        (b'{"a": [{"b": 1}}', "json_broken", "Dòng 1"),
        (b'[{"a": "\xff"}]', "csv_encoding", "Dòng 1"),
        (b'{"a":' * 100_000, "json_broken", "Dòng 1"),
        (b'[{"a":' + b"[" * 100_000, "json_broken", "Dòng 1"),
        (b'[{"a":' + b"[" * 60 + b"1" + b"]" * 60 + b"}]", "json_too_deep", "Dòng 1"),
        (b'[{"a": "' + b"x" * 200_000 + b'"}]', "json_value_too_large", "Dòng 1"),
    ],
)
def test_defects_are_told(tmp_path: Path, content: bytes, code: str, place: str) -> None:
    found, said = refused(tmp_path / "a", content)
    assert found == code
    assert place in said


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(
    st.lists(st.dictionaries(st.sampled_from("abc"), values, min_size=1, max_size=3), min_size=1)
)
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_object_is_lost_and_both_forms_agree(tmp_path: Path, cases: list[object]) -> None:
    content = json.dumps(cases)
    found = rows(tmp_path / "a", content)
    lines = "\n".join(json.dumps(case) for case in cases) + "\n"
    if len(cases) > 1:
        assert rows(tmp_path / "b", lines) == found
    assert max(found) <= len(cases) + 1
    for number, case in enumerate(cases, start=2):
        plain = [v for v in case.values() if isinstance(v, int) and not isinstance(v, bool)]  # type: ignore[attr-defined]
        assert {str(v) for v in plain} <= set(found.get(number, []))
