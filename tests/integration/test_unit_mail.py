"""Mails to units on a small site, published twice: what they say, what is attached, and when none is sent."""

import re
from datetime import date
from pathlib import Path

import pytest

from ingestion.decode import decode
from ingestion.pull import pull
from publishing.notices import NoticeStateError
from publishing.reminders import write_reminders
from publishing.unit_mail import UnitMail, remember_mailed, unit_mails
from tests.integration.mini_site import Case, MiniSite
from tests.integration.publications import publish_now, workbooks
from tests.laws.models import Models

pytestmark = pytest.mark.integration
JAN, FEB = "2024-01", "2024-02"
FEB_7, MAR_5, MAR_8 = date(2024, 2, 7), date(2024, 3, 5), date(2024, 3, 8)
APPLICANT = "Nguyễn Thị Người Dân"
MAIL = """mail:
  units:
    U1: [mot@phuong.example, van-thu@phuong.example]
    U2: [hai@phuong.example]
    U3: []
"""
JANUARY = (
    Case(3, due="15/01/2024"),  # overdue, solved in February
    Case(4, due="16/01/2024"),  # overdue
    Case(5, due="05/02/2024"),  # due soon, then overdue
    Case(6, received="99/99/2024"),  # refused
    Case(7, due="17/01/2024"),  # overdue, then its due date is moved
)
FEBRUARY = (
    Case(3, due="15/01/2024", completed="01/02/2024"),
    Case(4, due="16/01/2024"),
    Case(5, due="05/02/2024"),
    Case(7, due="20/03/2024"),
    Case(9, received="20/02/2024", due="26/02/2024"),
)


@pytest.fixture(scope="module")
def published(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> tuple[MiniSite, list[UnitMail], list[UnitMail]]:
    """The site, its mails after January was published, and those after February was."""
    mini = MiniSite(tmp_path_factory.mktemp("mails"), csv_units=("U1", "U2", "U3"))
    mini.edit("operations.yml", MAIL)
    mini.send(JAN, "U1", *JANUARY)
    mini.path(JAN, "U2").write_text(f"sai,mau\n1,{APPLICANT}\n", "utf-8")
    mini.send(JAN, "U3", Case(8, due="10/01/2024"))
    first = _month(mini, models, JAN, "20240201T000000-a", FEB_7)
    mini.send(FEB, "U1", *FEBRUARY)
    return mini, first, _month(mini, models, FEB, "20240301T000000-a", MAR_8)


def _month(
    mini: MiniSite, models: Models, period: str, build_id: str, today: date
) -> list[UnitMail]:
    """Publish the month; the mails of the day, all of them sent."""
    pull(mini.site, mini.home, period)
    decode(mini.site, mini.home)
    publish_now(mini.site, mini.home, models, build_id)
    workbooks(mini.site, mini.home, period)
    write_reminders(mini.site, mini.home, period)
    mails = list(unit_mails(mini.site, mini.home, today))
    for mail in mails:
        remember_mailed(mini.home, mail)
    return mails


def lines(mail: UnitMail) -> list[tuple[str, ...]]:
    """The rows of the mail's table."""
    found = re.findall(r"<tr><td.*?</tr>", mail.html, re.DOTALL)
    table = [row for row in found if 'role="presentation"' not in row]
    return [
        tuple(re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row))
        for row in table
    ]


def names(mail: UnitMail) -> list[str]:
    """The names of the attached files."""
    return [path.name for path in mail.attachments]


Published = tuple[MiniSite, list[UnitMail], list[UnitMail]]


def test_a_unit_is_told_what_is_overdue_due_soon_and_refused(published: Published) -> None:
    _, (first, _), _ = published
    assert first.to == ("mot@phuong.example", "van-thu@phuong.example")
    assert first.subject == (
        "Thành phố Thử: nhắc việc hồ sơ một cửa đối với Phường U1 – "
        "3 hồ sơ quá hạn, 1 hồ sơ sắp đến hạn, 1 dòng hoặc tệp cần sửa"
    )
    assert lines(first) == [
        ("Hồ sơ đã quá hạn, chưa giải quyết xong", "3", ""),
        ("Hồ sơ đến hạn trong 5 ngày làm việc tới", "1", ""),
        ("Dòng bị từ chối trong tệp tháng 01/2024", "1", ""),
    ]
    assert "Số hồ sơ tính đến hết ngày 31/01/2024" in first.html
    assert names(first) == ["Nhac-viec-U1-2024-01.xlsx", "Ket-qua-nap-U1-2024-01.xlsx"]
    assert all(path.exists() for path in first.attachments)


def test_a_refused_file_is_told_with_its_reason(published: Published) -> None:
    _, (_, first), _ = published
    ((what, number, note),) = lines(first)
    assert (what, number) == ("Tệp tháng 01/2024 bị từ chối", "1")
    assert note.startswith("«U2.csv»: Không thấy dòng tiêu đề")
    assert names(first) == ["Ket-qua-nap-U2-2024-01.xlsx"]


def test_the_next_mail_is_measured_by_the_last_one(published: Published) -> None:
    """New is what the unit was not told of; case 5 was told as due soon. Case 3 is done, 7 is not due."""
    _, _, (second, late) = published
    assert lines(second) == [
        ("Hồ sơ đã quá hạn, chưa giải quyết xong", "3",
         "trong đó 1 hồ sơ mới so với thư ngày 07/02/2024"),
        ("Hồ sơ đã nhắc lần trước, nay đã giải quyết", "1", ""),
        ("Dòng bị từ chối trong tệp tháng 01/2024", "1", ""),
    ]  # fmt: skip
    assert names(second) == ["Nhac-viec-U1-2024-02.xlsx", "Ket-qua-nap-U1-2024-01.xlsx"]
    assert ("Tháng chưa gửi tệp hồ sơ", "1", "tháng 02/2024") in lines(late)


def test_the_same_is_not_mailed_twice(published: Published) -> None:
    """Neither the next day nor after a publication that changes nothing for the unit."""
    mini, _, (second, _) = published
    assert list(unit_mails(mini.site, mini.home, MAR_8)) == []
    assert list(unit_mails(mini.site, mini.home, date(2024, 3, 20))) == []
    again = list(unit_mails(mini.site, mini.home, MAR_5, ["U1"]))
    assert again == []  # U1 has sent February; whether it is due yet changes nothing
    assert second.day == MAR_8


def test_a_mail_that_was_not_remembered_is_made_again(published: Published) -> None:
    mini, _, (second, _) = published
    state = mini.home.notices / "units" / "U1.json"
    kept = state.read_bytes()
    state.unlink()
    try:
        (again,) = unit_mails(mini.site, mini.home, MAR_8, ["U1"])
        assert again.fingerprint == second.fingerprint
        assert "so với thư" not in again.html  # nothing to compare with
    finally:
        state.write_bytes(kept)


def test_who_has_no_mailbox_gets_no_mail(published: Published) -> None:
    mini, first, second = published
    assert [mail.unit_code for mail in first] == [mail.unit_code for mail in second] == ["U1", "U2"]
    assert list(unit_mails(mini.site, mini.home, MAR_8, ["U3", "U9"])) == []


def test_no_mail_tells_of_an_applicant(published: Published) -> None:
    _, first, second = published
    for mail in (*first, *second):
        assert APPLICANT not in mail.html + mail.subject


def test_a_state_that_cannot_be_read_is_told_with_its_path(published: Published) -> None:
    mini, _, _ = published
    state = mini.home.notices / "units" / "U2.json"
    kept = state.read_bytes()
    state.write_text("{", "utf-8")
    try:
        with pytest.raises(NoticeStateError, match=r"U2\.json"):
            list(unit_mails(mini.site, mini.home, MAR_8))
    finally:
        state.write_bytes(kept)


def test_workbooks_too_large_for_a_mail_are_named(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini, first, _ = published
    size = sum(path.stat().st_size for path in first[0].attachments)
    monkeypatch.setattr("publishing.unit_mail.ATTACHED_BYTES", size - 1)
    state = mini.home.notices / "units" / "U1.json"
    kept = state.read_bytes()
    state.unlink()
    try:
        (mail,) = unit_mails(mini.site, mini.home, MAR_8, ["U1"])
    finally:
        state.write_bytes(kept)
    assert names(mail) == ["Nhac-viec-U1-2024-02.xlsx"]
    assert "Tệp Ket-qua-nap-U1-2024-01.xlsx quá lớn để gửi kèm" in mail.html


def test_before_the_first_publication_a_unit_hears_what_it_has_not_sent(
    tmp_path: Path, no_exports_folder: None
) -> None:
    """And, once it has sent it, that nothing is left; once."""
    mini = MiniSite(tmp_path)
    mini.edit("operations.yml", MAIL.replace("    U3: []\n", ""))
    mini.send(JAN, "U2", Case(1))
    mini.take_in(JAN)
    (mail,) = unit_mails(mini.site, mini.home, FEB_7)
    assert (mail.unit_code, names(mail)) == ("U1", [])
    assert lines(mail) == [("Tháng chưa gửi tệp hồ sơ", "1", "tháng 01/2024")]
    remember_mailed(mini.home, mail)
    mini.send(JAN, "U1", Case(2))
    mini.take_in(JAN)
    (mail,) = unit_mails(mini.site, mini.home, FEB_7)
    assert mail.subject.endswith("Phường U1 – không còn việc phải nhắc")
    assert "Trân trọng cảm ơn đơn vị" in mail.html
    remember_mailed(mini.home, mail)
    assert list(unit_mails(mini.site, mini.home, FEB_7)) == []
