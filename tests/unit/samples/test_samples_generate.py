"""Bytes, sizes and texts of what the generator writes."""

from __future__ import annotations

import csv
import hashlib
import zipfile
from pathlib import Path

import pytest
import yaml

from samples.generate import generate
from samples.reference import PROCEDURES, SECTORS
from samples.shapes import SHAPES
from samples.site import layout_text
from tests.unit.samples.sites import REPOSITORY, Sample

pytestmark = pytest.mark.unit

GOLDEN = (
    (
        "\ufeffSTT,Mã hồ sơ,Đơn vị xử lý,Mã lĩnh vực,Lĩnh vực,Mã TTHC,Tên thủ tục,Chủ hồ sơ,"
        "Số điện thoại,Địa chỉ,Mã cán bộ,Cán bộ xử lý,Kênh thực hiện,Mức độ,Ngày tiếp nhận,"
        "Ngày hẹn trả,Ngày kết thúc xử lý,Ngày trả kết quả,Trạng thái hồ sơ,Lệ phí,"
        "Thanh toán trực tuyến,Số hóa hồ sơ,Số hóa kết quả,Hình thức trả kết quả"
    ),
    (
        "1,000.01.16.H32-231211-0001,UBND phường Lộc Thọ,G13-TN02,Đất đai,9.000006,"
        "Chuyển mục đích sử dụng đất,Lê Quốc Châu,0900569822,23 Lê Hồng Phong,CB.NT-LOC-THO.02,"
        "Đỗ Hữu Hòa,Trực tiếp,Thông tin,11/12/2023 10:32,02/01/2024 17:00,02/01/2024 12:40,,"
        "Công dân yêu cầu rút hồ sơ,100000,Không,Có,Không,Trực tiếp"
    ),
)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(small: Sample, tmp_path: Path) -> None:
    again = tmp_path / "again"
    generate(small.site, again, months=4, cases_per_unit_month=12, seed=3, dirt=0.2)
    assert _digests(again) == _digests(small.out)
    other = tmp_path / "other"
    generate(small.site, other, months=4, cases_per_unit_month=12, seed=4, dirt=0.2)
    assert _digests(other) != _digests(small.out)


def test_workbooks_hold_no_wall_clock(small: Sample) -> None:
    workbook = next(small.out.rglob("*.xlsx"))
    with zipfile.ZipFile(workbook) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
    assert core.count("2024-01-01T00:00:00Z") == 2


@pytest.mark.parametrize(("units", "months", "cases"), [(1, 1, 1), (3, 2, 5), (25, 3, 10)])
def test_any_scale(tmp_path: Path, units: int, months: int, cases: int) -> None:
    site = tmp_path / "site"
    out = tmp_path / "out"
    truth = generate(site, out, units=units, months=months, cases_per_unit_month=cases, seed=1)
    assert len(truth.files) == units * months
    assert len(list(out.rglob("*.*"))) == units * months + 6  # and the files of the truth
    received = sum(counts[1] for counts in truth.counts.values())
    assert 0.6 * units * months * cases <= received <= 1.4 * units * months * cases + units * months


def test_a_units_cases_do_not_depend_on_later_months(tmp_path: Path) -> None:
    site = tmp_path / "site"
    generate(site, tmp_path / "two", units=3, months=2, cases_per_unit_month=5, dirt=0)
    generate(site, tmp_path / "three", months=3, cases_per_unit_month=5, dirt=0)
    two, three = _digests(tmp_path / "two"), _digests(tmp_path / "three")
    exports = [name for name in two if not name.startswith("_truth")]
    assert exports
    assert all(two[name] == three[name] for name in exports)


def test_clean_files_have_nothing_rejected(tmp_path: Path) -> None:
    truth = generate(tmp_path / "s", tmp_path / "o", units=20, months=5, dirt=0, seed=2)
    assert truth.rejected_rows == []
    assert {row.rule_id for row in truth.warnings} <= {"received_differs_from_code"}
    assert {file.status for file in truth.files} == {"accepted"}


def test_first_rows_of_a_demo_file(demo: Sample) -> None:
    text = (demo.out / "2024-01" / "NT-LOC-THO_2024-01.csv").read_bytes().decode("utf-8")
    assert tuple(text.split("\r\n")[:2]) == GOLDEN


def test_two_units_write_free_numbers_that_collide(demo: Sample) -> None:
    with (demo.site / "reference" / "units.csv").open(encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    assert len(units) == 40
    free = [unit["code"] for unit in units if unit["case_namespace"]]
    assert len(free) == 2
    path = demo.out / "NT-VINH-TRUNG" / "NT-VINH-TRUNG_thang01_2024.csv"
    codes = {line.split(";")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]}
    assert all(code.isdigit() for code in codes if code)


@pytest.mark.parametrize("folder", ["demo", "template"])
def test_layout_files_accept_what_the_shapes_write(folder: str) -> None:
    for path in (REPOSITORY / "sites" / folder / "layouts").glob("*.yml"):
        layout = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert layout == yaml.safe_load(layout_text(SHAPES[path.stem]))


def test_reference_data_agree_with_the_seeds() -> None:
    seeds = REPOSITORY / "dbt_project" / "seeds"
    sectors = _rows(seeds / "national_sector.csv")
    assert {row["sector_code"]: row["sector_name"] for row in sectors} == SECTORS
    assert {procedure.sector_code for procedure in PROCEDURES} == set(SECTORS)
    statuses = {row["label"]: row["status_code"] for row in _rows(seeds / "status_label.csv")}
    channels = {row["label"]: row["channel"] for row in _rows(seeds / "channel_label.csv")}
    for shape in SHAPES.values():
        own = {**statuses, **shape.layout_values.get("status", {})}
        for status, label in shape.statuses.items():
            # One label may stand for both ends where the vendor has only one.
            assert own[label] == status or (own[label], status) == ("done", "returned")
        own = {**channels, **shape.layout_values.get("channel", {})}
        assert [own[label] for label in shape.channels] == ["direct", "online", "post"]


def test_impossible_wishes_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    generate(tmp_path / "site", out, units=4, months=1, cases_per_unit_month=2)
    for wish in ({"units": 5}, {"start": "2024-13"}, {"dirt": 2}):
        with pytest.raises(ValueError):  # noqa: PT011 - the command line shows its text
            generate(tmp_path / "site", out, **{"months": 1, **wish})  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        generate(tmp_path / "nowhere", out, months=1)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
