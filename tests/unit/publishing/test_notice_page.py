"""The digest as people read it: whole, escaped, short however many units are late, complete as a workbook."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from jinja2 import Template

from ingestion.home import Home
from publishing.notice_events import Event, Kind, Standing
from publishing.notice_page import (
    UNITS_SHOWN,
    digest_html,
    digest_subject,
    digest_text,
    write_digest_book,
)
from publishing.notices import Digest

pytestmark = pytest.mark.unit
DAY, BEFORE = date(2024, 3, 21), date(2024, 3, 20)
MAIL_LIMIT = 100_000
"""Bytes above which Gmail cuts a body."""


def event(
    kind: Kind,
    unit: str,
    detail: str,
    standing: Standing = "new",
    *,
    name: str = "",
    period: str | None = "2024-02",
    submission: str | None = None,
) -> Event:
    """An event of a unit; without a code it is about the whole authority."""
    return Event(
        key=f"{kind}:{submission or unit}:{period}",
        kind=kind,
        period=period,
        unit_code=unit or None,
        unit_name=name or f"Phường {unit}",
        detail=detail,
        todo=f"Làm {kind}.",
        since=BEFORE if standing == "still_open" else DAY,
        submission_id=submission,
        standing=standing,
    )


def digest(*events: Event, before: date | None = BEFORE, authority: str = "Thành phố A") -> Digest:
    """A digest in the order in which they are found."""
    return Digest(authority, DAY, tuple(sorted(events, key=lambda e: e.place)), before)


WHOLE = digest(
    event("not_sent", "U1", "hạn gửi 05/03/2024, quá hạn 16 ngày", name="UBND phường Một"),
    event("not_sent", "U1", "hạn gửi 05/02/2024, quá hạn 45 ngày", "still_open", period="2024-01",
          name="UBND phường Một"),
    event("not_sent", "U2", "đã có tệp «U2.csv»", "resolved", name="UBND phường Hai"),
    event("held", "U2", "2024-02.U2.1, tệp «U2.csv»: Tên tệp ghi «bổ sung».", "still_open",
          name="UBND phường Hai", submission="2024-02.U2.1"),
    event("behind", "", "cấu hình của cơ quan đã sửa sau lần công bố", period=None,
          name="Thành phố A"),
    event("not_closed", "", "đã chốt", "resolved", name="Thành phố A"),
)  # fmt: skip
TEXT = """## Theo dõi số liệu một cửa

Thành phố A – ngày 21/03/2024

So với bản tổng hợp ngày 20/03/2024: 2 việc mới, 2 việc còn lại, 2 việc đã xong.

### Quá hạn gửi tệp hồ sơ: 1 mới, 1 còn lại, 1 đã xong
Việc cần làm: Đôn đốc đơn vị gửi tệp; tệp đến muộn vẫn được nhận ở lần lấy tệp kế tiếp.

* UBND phường Một (U1)
    * Mới: tháng 02/2024 – hạn gửi 05/03/2024, quá hạn 16 ngày
    * Còn lại: tháng 01/2024 – hạn gửi 05/02/2024, quá hạn 45 ngày
* UBND phường Hai (U2)
    * Đã xong: tháng 02/2024 – đã có tệp «U2.csv»

### Tệp chờ quyết định: 0 mới, 1 còn lại, 0 đã xong
Việc cần làm: Người phụ trách xem tệp rồi quyết định: motcua decide MÃ_TỆP accept (hoặc refuse) --by TÊN --reason LÝ_DO.

* UBND phường Hai (U2)
    * Còn lại: tháng 02/2024 – 2024-02.U2.1, tệp «U2.csv»: Tên tệp ghi «bổ sung». (báo từ 20/03/2024)

### Chưa tính vào số liệu công bố: 1 mới, 0 còn lại, 0 đã xong
Việc cần làm: Dựng và công bố lại: chạy DAG month_end trong Airflow, hoặc motcua month-end --period KỲ.

* Thành phố A
    * Mới: cấu hình của cơ quan đã sửa sau lần công bố

### Quá hạn chốt số liệu tháng: 0 mới, 0 còn lại, 1 đã xong

* Thành phố A
    * Đã xong: tháng 02/2024 – đã chốt

Danh sách đầy đủ: tệp Theo-doi-so-lieu-2024-03-21.xlsx
"""  # noqa: E501


class Reader(HTMLParser):
    """What a mail program shows, and which tags it meets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.shown.append(data.strip())


def test_a_whole_digest() -> None:
    assert digest_text(WHOLE) == TEXT
    assert digest_subject(WHOLE) == (
        "Theo dõi số liệu một cửa Thành phố A ngày 21/03/2024: "
        "2 việc mới, 2 việc còn lại, 2 việc đã xong"
    )


def test_the_mail_says_what_the_text_says() -> None:
    shown = " ".join(Reader(digest_html(WHOLE)).shown)
    for line in TEXT.splitlines():
        said = line.lstrip("#* ").partition(": ")[2] if line.lstrip().startswith("*") else ""
        assert said in shown
    assert "Theo-doi-so-lieu-2024-03-21.xlsx" in shown


def test_an_empty_digest_says_so() -> None:
    empty = digest()
    assert "Không có việc nào quá hạn hoặc chờ xử lý." in digest_text(empty)
    assert "Không có việc nào quá hạn hoặc chờ xử lý." in digest_html(empty)


def test_the_first_digest_compares_with_nothing() -> None:
    first = digest(event("not_sent", "U1", "hạn gửi 05/03/2024"), before=None)
    assert "Bản tổng hợp đầu tiên: 1 việc." in digest_text(first)


HOSTILE = '<script>alert("x")</script> & [đây](https://xau.example) *|`'


def test_what_comes_from_data_is_text_in_the_mail() -> None:
    page = digest_html(digest(event("rejected", "U1", HOSTILE, name=HOSTILE), authority=HOSTILE))
    reader = Reader(page)
    assert reader.tags.isdisjoint({"script", "a", "img"})
    assert sum(HOSTILE in shown for shown in reader.shown) == 3


def test_what_comes_from_data_is_text_in_markdown() -> None:
    said = digest_text(digest(event("rejected", "U1", HOSTILE, name=HOSTILE), authority=HOSTILE))
    assert said.count(r"\<script\>") == 3
    assert "[đây]" not in said.replace(r"\[đây\]", "")


@pytest.mark.parametrize("planted", ["{{ 6 * 7 }}", "{% raw %}", "{# x #}", "{{{ 6 * 7 }}}"])
def test_what_comes_from_data_is_no_template(planted: str) -> None:
    """Airflow's notifier fills subject and body as templates: a file's name must not reach its connections."""
    found = digest(event("rejected", "U1", planted, name=planted), authority=planted)
    for said in (digest_html(found), digest_subject(found)):
        assert Template(said).render() == said.rstrip("\n")
    shown = Reader(digest_html(found)).shown
    assert sum(planted in line for line in shown) == 3


def test_a_subject_is_one_short_line() -> None:
    subject = digest_subject(digest(authority="A\r\nBcc: x@y.example" + " rất dài" * 100))
    assert len(subject) <= 200
    assert "\n" not in subject
    assert "\r" not in subject


def many(count: int) -> Digest:
    """So many units late for three months and three files refused at length; and one that is news."""
    long = "Ủy ban nhân dân phường & <xã> " * 8
    events = [
        event("not_sent", f"U{n:04d}", "hạn gửi", "still_open", name=f"{long}{n}", period=period)
        for n in range(count)
        for period in ("2023-12", "2024-01", "2024-02")
    ]
    events += [
        event("rejected", f"U{n:04d}", "Lý do «rất dài» " * 200, "still_open", name=f"{long}{n}",
              submission=f"2024-02.U{n:04d}.{file}")
        for n in range(count)
        for file in (1, 2, 3)
    ]  # fmt: skip
    events.append(event("not_sent", "U9999", "hạn gửi", name="Phường mới trễ"))
    return digest(*events)


def test_a_mail_about_many_units_stays_short_and_begins_with_the_news() -> None:
    whole = many(3800)
    page = digest_html(whole)
    assert len(page.encode()) < MAIL_LIMIT
    assert len(digest_text(whole).encode()) < MAIL_LIMIT
    shown = " ".join(Reader(page).shown)
    assert "Phường mới trễ" in shown
    left = f"và {3801 - UNITS_SHOWN:,} đơn vị khác".replace(",", ".")
    assert left in shown
    assert "11.400" in shown  # still open, counted whole


def test_the_workbook_names_every_event_as_text(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    whole = digest(*many(50).events, event("not_sent", "U0051", "hạn gửi", name='=HYPERLINK("x")'))
    path = write_digest_book(home, whole)
    assert path == home.notices / "2024-03-21" / "Theo-doi-so-lieu-2024-03-21.xlsx"
    sheet = openpyxl.load_workbook(path)["Theo dõi"]
    lines = list(sheet.iter_rows(min_row=6, values_only=True))
    assert len(lines) == len(whole.events) == 302
    last = whole.events[-1]
    assert lines[-1][1:6] == (
        "Tệp bị từ chối, chưa có tệp gửi lại", last.unit_code, last.unit_name, "02/2024", "Còn lại",
    )  # fmt: skip
    formula = next(row for row in sheet.iter_rows(min_row=6) if row[2].value == "U0051")
    assert (formula[3].value, formula[3].data_type) == ('=HYPERLINK("x")', "s")


def test_the_same_digest_gives_the_same_workbook(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    first = write_digest_book(home, WHOLE).read_bytes()
    assert write_digest_book(home, WHOLE).read_bytes() == first
