"""Keys of labels, months, message texts."""

import unicodedata
from datetime import date

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from ingestion import messages
from ingestion.holds import months_in_name, months_in_title, names_period, says_supplement
from ingestion.messages import text
from ingestion.periods import (
    PeriodError,
    first_day,
    last_day,
    months_between,
    next_period,
    parse_period,
    previous_period,
)
from ingestion.text import bare_key, code_text, match_key

pytestmark = pytest.mark.unit

VIETNAMESE = st.text(
    alphabet="aàáảãạăâeèéêioòóôơuùúưyỳýđĐÐqhntcg \u00a0\u0301\u0300\u0302\u0306ＡＢŉ\u1ffd",
    max_size=12,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("Thuỷ", "THỦY"),
        ("khoẻ", "khỏe"),
        ("hòan", "hoàn"),
        ("qúy", "quý"),
        ("Ðất đai", "Đất đai"),
        ("Ɖất", "đất"),
        ("Mã\u00a0 hồ  sơ ", "mã hồ sơ"),
        ("Ｍã", "mã"),
        (unicodedata.normalize("NFD", "Lĩnh vực"), "Lĩnh vực"),
        ("Ngày\nhẹn trả", "Ngày hẹn trả"),
        ("khuỷu tay", "khủyu tay"),
        (unicodedata.normalize("NFD", "Hoà"), "HÒA"),
        ("e\u0301\u0302", "ế"),
        ("a\u0323\u0306", "ặ"),
        ("Hộ tịch – Quốc tịch", "Hộ tịch - Quốc tịch"),
        ("“Xong”", '"xong"'),
        ("Mã\u2007hồ\u202fsơ\u200e", "mã hồ sơ"),
        ("of\ufb01ce", "office"),
    ],
)
def test_spellings_of_one_label_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("phố", "phô"),
        ("hoa", "hòa"),
        ("dất", "đất"),
        ("quà", "qua"),
        ("o", "ơ"),
        ("kỹ", "kĩ"),
        ("a-b", "ab"),
    ],
)
def test_letters_and_tones_stay_distinct(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)


@given(st.text() | VIETNAMESE)
@example("OA\u0300\u0300")  # two tones
def test_keys_are_idempotent(value: str) -> None:
    key = match_key(value)
    assert match_key(key) == key
    assert bare_key(key) == bare_key(value)


@pytest.mark.parametrize(
    "written",
    [
        "H32.16-240305-0001",
        " H32.16‑240305–0001",
        "H32.16 - 240305 -0001 ",
        "Ｈ３２．１６－２４０３０５－０００１",
        "H32.16-\u200b240305\u2212\u00ad0001\u00a0",
        "H32 .16-\n240305-0001",
        "'H32.16-240305-0001",
        "\u2018H32.16-240305-0001",
    ],
)
def test_a_case_code_is_one_however_it_is_typed(written: str) -> None:
    assert code_text(written) == "H32.16-240305-0001"


@pytest.mark.parametrize("written", ["h32.16-240305-0001", "12/HS 2017", "A--1", "", "TĐ-05"])
def test_a_case_code_keeps_letters_and_words(written: str) -> None:
    assert code_text(written) == written


@given(st.text() | st.text(alphabet="H3' ‑–.-/\u00a0\u00ad１ﬁŉ\u1ffd"))
def test_case_codes_are_idempotent(value: str) -> None:
    assert code_text(code_text(value)) == code_text(value)


def test_periods() -> None:
    assert months_between("2023-11", "2024-02") == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert months_between("2024-02", "2024-01") == []
    assert (next_period("2024-12"), previous_period("2024-01")) == ("2025-01", "2023-12")
    assert (first_day("2024-02"), last_day("2024-02")) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("value", ["2024-13", "2024-1", "24-01", "", "2024-01-01", "../../x"])
def test_a_wrong_period_is_refused(value: str) -> None:
    with pytest.raises(PeriodError, match="YYYY-MM"):
        parse_period(value)


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("Animal_2015-03.csv", {"2015-03"}),
        ("Bao cao X 03-2015.xlsx", {"2015-03"}),
        ("X_thang03_2015.csv", {"2015-03"}),
        ("X 03.2015.xlsx", {"2015-03"}),
        ("báo cáo tháng 3 năm 2015.xlsx", {"2015-03"}),
        ("export_2015-04-02.csv", set()),
        ("export 02.04.2015.csv", set()),
        ("ho so 2015.csv", set()),
        ("thang 02-2015 (thay 01-2015).csv", {"2015-01", "2015-02"}),
        ("HS_T2.2024.xlsx", {"2024-02"}),
        ("HS T02-2024.xls", {"2024-02"}),
        ("HS_202402.xlsx", {"2024-02"}),
        ("022024.xlsx", {"2024-02"}),
        ("Quy I-2024.xlsx", {"2024-01", "2024-02", "2024-03"}),
        ("Bao cao thang 3.xlsx", {"03"}),
        ("T1_2024-02.csv", {"2024-02"}),
        ("HS_20240205.xlsx", set()),
        ("HS_20240205_102024.xlsx", set()),
        ("HS 6 thang 2024.xlsx", set()),
    ],
)
def test_months_in_a_file_name(name: str, months: set[str]) -> None:
    assert months_in_name(name) == months


@pytest.mark.parametrize(
    ("title", "months"),
    [
        ("DANH SÁCH HỒ SƠ THÁNG 03/2015", {"2015-03"}),
        ("Tháng 3 năm 2015", {"2015-03"}),
        ("(Từ ngày 15/02/2015 đến ngày 14/03/2015)", {"2015-03"}),
        ("Từ ngày 01 tháng 3 năm 2015 đến ngày 31 tháng 3 năm 2015", {"2015-03"}),
        ("Nha Trang, ngày 05 tháng 4 năm 2015", set()),
        ("DANH SÁCH HỒ SƠ", set()),
        ("Kỳ báo cáo: 02/2024", {"2024-02"}),
        ("T2/2024", {"2024-02"}),
        ("Tháng: 02/2024", {"2024-02"}),
        ("Tháng 02, năm 2024", {"2024-02"}),
        ("NĂM 2024, THÁNG 2", {"2024-02"}),
        ("tháng Hai năm 2024", {"2024-02"}),
        ("tháng Năm năm 2024", {"2024-05"}),
        ("tháng Mười Hai năm 2024", {"2024-12"}),
        ("Tháng 2/24", {"2024-02"}),
        ("QUÝ IV/2024", {"2024-10", "2024-11", "2024-12"}),
        ("(01/02/2024 - 29/02/2024)", {"2024-02"}),
        ("Từ ngày 01/02/2024 tới ngày 29/02/2024", {"2024-02"}),
        ("Thời gian: 01/02/2024 00:00 – 29/02/2024 23:59", {"2024-02"}),
        ("Từ ngày: 2024-02-01 Đến ngày: 2024-02-29", {"2024-02"}),
        ("BÁO CÁO THÁNG 3", {"03"}),
        ("Nha Trang, ngày … tháng 3 năm 2024", set()),
        ("Nha Trang, ngày      tháng 3 năm 2024", set()),
        ("Thông tư số 01/2020/TT-VPCP ngày 21 tháng 10 năm 2020", set()),
        ("Ngày xuất: 05/03/2024", set()),
        ("Báo cáo 6 tháng đầu năm 2024", set()),
        ("Số: 12/2024/BC-UBND", set()),
    ],
)
def test_months_in_a_title(title: str, months: set[str]) -> None:
    assert months_in_title(title) == months


def test_supplement_in_names_and_titles() -> None:
    for name in ("bo sung.csv", "X_bo_sung_03.csv", "Danh sách BỔ SUNG", "bosung.xlsx"):
        assert says_supplement(name), name
    for name in ("bo phan sung tuc.csv", "hồ sơ yêu cầu bổ sung", "Nghị định sửa đổi, bổ sung"):
        assert not says_supplement(name), name


def test_a_month_without_its_year_is_compared_with_the_month() -> None:
    assert names_period({"03"}, "2024-03")
    assert names_period({"2024-02", "2024-03"}, "2024-03")
    assert not names_period({"03", "2023-04"}, "2024-04")


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("intake.no_such_text")
    with pytest.raises(KeyError):
        text("intake.bad_period")


def test_texts_have_no_repeated_keys() -> None:
    paths = sorted(messages.FOLDER.glob("*.yml"))
    assert paths
    for path in paths:
        tree = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        assert isinstance(tree, yaml.MappingNode), path.name
        keys = [key.value for key, _ in tree.value]
        assert len(keys) == len(set(keys)), path.name
