"""Sites: what is wrong is told at once, with file, place and remedy."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ingestion.site import SiteError, load_site
from tests.unit.ingestion.small_site import LAYOUT, SITE, SOURCES, UNITS, SmallSite

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
CSV_LAYOUT = LAYOUT.format(kind="csv").replace("name: bang", "name: bang_csv")
HEAD = UNITS.splitlines()[0]


def problems(small: SmallSite, **files: str) -> list[str]:
    """Overwrite files of the site (``units`` = reference/units.csv …) and return the problems."""
    places = {
        "site": "site.yml",
        "sources": "sources.yml",
        "layout": "layouts/bang_csv.yml",
        "units": "reference/units.csv",
        "sectors": "reference/sectors.csv",
        "policies": "reference/policies.csv",
        "waivers": "reference/waivers.csv",
        "calendar": "reference/calendar_overlay.csv",
        "causes": "reference/overdue_causes.csv",
    }
    for name, content in files.items():
        (small.directory / places[name]).write_text(content, "utf-8")
    with pytest.raises(SiteError) as caught:
        load_site(small.directory)
    return caught.value.problems


@pytest.mark.parametrize("name", ["sites/demo", "sites/template", "tests/sites/boston"])
def test_the_sites_we_ship_are_valid(name: str) -> None:
    assert load_site(ROOT / name).sources


def test_everything_wrong_is_told_at_once(small: SmallSite) -> None:
    found = problems(
        small,
        site=SITE.replace("first_period", "first_perio"),
        units=UNITS + "U3,Phường Ba,,ward,,,,,\n",
        sources=SOURCES + '  - {unit: U9, uri: "{period}.csv", layouts: [bang_cvs]}\n',
        layout=CSV_LAYOUT.replace("due_at", "duo_at"),
    )
    for expected in (
        "site.yml, dòng 2: first_perio: khóa này không được biết (có phải «first_period»?)",
        "site.yml, dòng 2: first_perio",
        "site.yml: first_period: thiếu khóa",
        "reference/units.csv, dòng 4: level",
        "sources.yml, dòng 5: unit: đơn vị «U9»",
        "sources.yml, dòng 5: layouts: không có mẫu tệp layouts/bang_cvs.yml (có phải «bang_csv»?)",
        "layouts/bang_csv.yml: cột «duo_at» không phải cột chuẩn",
        "layouts/bang_csv.yml: cột due_at chưa được khai báo",
    ):
        assert any(problem.startswith(expected) for problem in found), (expected, found)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda x: x.replace("kind: csv", "kind: pdf"),
            "dòng 2: kind: kiểu tệp «pdf» không được biết",
        ),
        (lambda x: x.replace('drop: ["Chủ', 'drop: ["MÃ  HỒ SƠ", "Chủ'), "«mã hồ sơ»"),
        (lambda x: x + 'values: {status: {"Xong": finished}}\n', "«finished»"),
        (lambda x: x + "absent: [status]\n", "vừa có ở columns vừa có ở absent"),
        (lambda x: x.replace('  case_code: ["Mã hồ sơ", "Số hồ sơ"]\n', ""), "columns.case_code"),
        (lambda x: x + "valid_from: 2024-05\nvalid_to: 2024-01\n", "valid_from sau valid_to"),
        (lambda x: x + "kind: csv\n", "ghi hai lần"),
        (lambda x: x.replace("name: bang_csv", "name: khac"), "tên mẫu là «khac»"),
        (lambda x: x + "  - [\n", "sai cú pháp YAML"),
        (lambda x: x.replace("header: {", "header: {row: 5, "), "đúng một trong hai"),
    ],
)
def test_layout_mistakes(small: SmallSite, change: Callable[[str], str], expected: str) -> None:
    found = problems(small, layout=change(CSV_LAYOUT))
    assert any("layouts/bang_csv.yml" in x and expected in x for x in found), found


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("U1,Một,,commune,,2024-01-01,2024-06-30,,\nU1,Một,,commune,,2024-06-30,,,", "dòng 2"),
        ("U1,Một,,commune,,,2024-06-30,U7,", "«U7» không có"),
        ("U1,Một,,commune,,,,U2,X\nU2,Hai,,commune,,,,,", "phải có valid_to"),
        ("U1,Một,Chung,commune,,,,,\nU2,Hai,chung,commune,,,,,", "tên «chung» cũng là tên của U1"),
        (
            "U1,M,,commune,,,2024-06-30,U3,N1\nU2,H,,commune,,,2024-06-30,U3,N2\nU3,B,,commune,,,,,",
            "hãy ghi case_namespace cho U3",
        ),
        ("U1,Một,,commune,,2024-07-01,2024-06-30,,", "valid_from sau valid_to"),
        ("../U1,Một,,commune,,,,,", "code: giá trị «../U1» sai dạng"),
        ("U1,Một,,commune,,01/01/2024,,,", "valid_from"),
        ("U1,Một,,commune,,,,,,thừa", "nhiều ô hơn"),
        ("U1,Một,,commune,ZZ,,,,", "«ZZ» không có"),
    ],
)
def test_unit_mistakes(small: SmallSite, rows: str, expected: str) -> None:
    found = problems(small, units=f"{HEAD}\n{rows}\n")
    assert any("reference/units.csv" in x and expected in x for x in found), found


def test_names_may_be_used_again_after_a_merger(small: SmallSite) -> None:
    rows = (
        "U1,Phường Một,,commune,,,2024-06-30,U3,N\nU2,Phường Hai,,commune,,,2024-06-30,U3,N\n"
        "U3,Phường Một,,commune,,2024-07-01,,,\n"
    )
    (small.directory / "reference" / "units.csv").write_text(f"{HEAD}\n{rows}", "utf-8")
    site = small.site
    assert [unit.code for unit in site.units_in("2024-07")] == ["U3"]
    # A source without dates of its own lives as long as its unit.
    assert [source.covers("2024-06") for source in site.sources] == [True, True]
    assert [source.covers("2024-07") for source in site.sources] == [False, False]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sftp://user:secret@host/{unit}.csv", "mật khẩu"),
        ("../{unit}.csv", "«..»"),
        ("{unit}/..\\x.csv", "«..»"),
        ("{thang}/{unit}.csv", "«{thang}»"),
        ("*/{unit}.csv", "dấu *"),
        ("gopher://host/{unit}.csv", "gopher://"),
        ("https://host/{unit}*.csv", "không liệt kê"),
        ("{unit.csv", "ngoặc nhọn"),
    ],
)
def test_unusable_addresses(small: SmallSite, uri: str, expected: str) -> None:
    found = problems(small, sources=SOURCES.replace('"{period}/{unit}.csv"', f"'{uri}'"))
    assert any(expected in x and "dòng 3" in x for x in found), found
    assert not any("secret" in x for x in found)


@pytest.mark.parametrize(
    ("dates", "is_overlapping"),
    [(("2024-06", "2024-07"), False), (("2024-06", "2024-06"), True)],
)
def test_two_sources_of_one_unit(
    small: SmallSite, dates: tuple[str, str], is_overlapping: bool
) -> None:
    sources = SOURCES + f'  - {{unit: U1, uri: "x.csv", valid_from: {dates[1]}}}\n'
    sources = sources.replace('{unit}.csv"}', f'{{unit}}.csv", valid_to: {dates[0]}}}')
    (small.directory / "sources.yml").write_text(sources, "utf-8")
    if is_overlapping:
        assert any("hai nguồn" in x for x in problems(small))
    else:
        assert [s.uri for s in small.site.sources if s.covers("2024-08")][-1] == "x.csv"


def test_policies_and_waivers(small: SmallSite) -> None:
    found = problems(
        small,
        site=SITE + "default_policy: moi\ntime_zone: Asia/Nha_Trang\n",
        policies="policy_code,name,grain,numerator,denominator\np,P,date,resolved_lat,resolved_early+resolved_late\n",
        waivers="rule_id,unit_code,valid_from,valid_to,reason,approver\nr,U8,2024-01,2023-01,,A\n",
    )
    for expected in (
        "«resolved_lat»",
        "(có phải «resolved_late»?)",
        "Asia/Nha_Trang",
        "waivers.csv, dòng 2: reason",
    ):
        assert any(expected in x for x in found), (expected, found)
    found = problems(small, site=SITE + "default_policy: moi\n", policies="", waivers="")
    assert any("policies.csv" in x and "thiếu cột «policy_code»" in x for x in found)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="Không có thư mục"):
        load_site(tmp_path / "none")


def test_the_digest_follows_every_file(small: SmallSite) -> None:
    before = small.site.digest
    assert small.site.digest == before
    units = small.directory / "reference" / "units.csv"
    units.write_text(units.read_text("utf-8").replace("P. Một", "P.Một"), "utf-8")
    assert small.site.digest != before


def test_a_day_of_the_calendar_is_said_once(small: SmallSite) -> None:
    found = problems(
        small,
        calendar="date,is_working,name\n2024-05-04,true,Làm bù\n2024-05-04,false,Nghỉ\n2024-02-30,x,\n",
    )
    assert any("calendar_overlay.csv, dòng 3" in p and "2024-05-04" in p for p in found), found
    assert [p.split(": ")[1] for p in found if "dòng 4" in p] == ["date", "is_working", "name"]


def test_a_text_means_one_cause_of_delay(small: SmallSite) -> None:
    found = problems(
        small,
        causes="code,name,aliases\nstaffing,Thiếu người,thiếu CÁN bộ\nown,Khác,Thiếu cán bộ\n",
    )
    assert any("overdue_causes.csv, dòng 3" in p and "thiếu cán bộ" in p for p in found), found


def test_a_file_is_due_in_the_next_month(small: SmallSite) -> None:
    source = small.site.sources[0]
    assert (source.due_on("2024-12") - date(2025, 1, 1)).days == source.due_day - 1
