"""The digest: what is told on which day, once as new, once as done, and never lost."""

import json
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.home import Home
from ingestion.register import append_decision
from publishing.notice_events import Event
from publishing.notices import (
    Digest,
    NoticeStateError,
    compare,
    keep_digest,
    kept_digest,
    read_digest,
    remember_sent,
)
from tests.laws.effort import examples
from tests.unit.ingestion.small_site import SmallSite, case
from tests.unit.publishing.served_states import reopen, serve, sign

pytestmark = pytest.mark.unit
JAN = "2024-01"
FEB_5, FEB_6, FEB_7 = date(2024, 2, 5), date(2024, 2, 6), date(2024, 2, 7)
REGISTERS = '  - {unit: U2, feed: registers, uri: "{period}/so-{unit}.xlsx"}\n'


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """Two units, of which nothing came."""
    monkeypatch.delenv("MOTCUA_EXPORTS", raising=False)
    return SmallSite.make(tmp_path)


def told(digest: Digest) -> list[tuple[str, str]]:
    """Each event's key and standing."""
    return [(event.key, event.standing) for event in digest.events]


def detail(digest: Digest, key: str) -> str:
    """What is said of one event."""
    return next(event.detail for event in digest.events if event.key == key)


def read(small: SmallSite, day: date, *, is_sent: bool = False) -> Digest:
    """The digest of a day; sent means that it was remembered."""
    digest = read_digest(small.site, small.home, day)
    if is_sent:
        remember_sent(small.home, digest)
    return digest


def take_in(small: SmallSite, period: str = JAN) -> None:
    """Pull the month and decode what came."""
    small.pull(period)
    small.submissions()


def test_a_unit_is_late_from_the_day_after_its_due_day(small: SmallSite) -> None:
    """`due_day` is its own or the default; the file of January is due on the fifth of February."""
    sources = small.directory / "sources.yml"
    written = sources.read_text("utf-8").replace(
        '{unit: U2, uri: "', '{unit: U2, due_day: 6, uri: "'
    )
    sources.write_text(written, "utf-8")
    assert told(read(small, FEB_5)) == []
    assert told(read(small, FEB_6)) == [("not_sent:U1:2024-01", "new")]
    found = read(small, FEB_7)
    assert told(found) == [("not_sent:U2:2024-01", "new"), ("not_sent:U1:2024-01", "new")]
    assert detail(found, "not_sent:U1:2024-01") == "hạn gửi 05/02/2024, quá hạn 2 ngày"


def test_months_are_looked_back_to_as_files_are_pulled(small: SmallSite) -> None:
    settings = small.directory / "site.yml"
    settings.write_text(settings.read_text("utf-8") + "pull: {lookback_months: 1}\n", "utf-8")
    months = {event.period for event in read(small, date(2024, 5, 6)).events}
    assert months == {"2024-03", "2024-04"}


def test_a_unit_that_begins_later_is_not_late_before(small: SmallSite) -> None:
    sources = small.directory / "sources.yml"
    written = sources.read_text("utf-8").replace("{unit: U1,", "{unit: U1, valid_from: 2024-02,")
    sources.write_text(written, "utf-8")
    assert told(read(small, FEB_6)) == [("not_sent:U2:2024-01", "new")]


def test_a_register_has_a_due_day_too(small: SmallSite) -> None:
    sources = small.directory / "sources.yml"
    sources.write_text(sources.read_text("utf-8") + REGISTERS, "utf-8")
    keys = [key for key, _ in told(read(small, FEB_6))]
    assert keys == ["not_sent:U2:2024-01", "not_sent:U1:2024-01", "registers_not_sent:U2:2024-01"]


def test_what_came_is_told_as_done_with_what_became_of_it(small: SmallSite) -> None:
    read(small, FEB_6, is_sent=True)
    small.export(JAN, "U1", b"sai,mau\n1,2\n")
    small.export(JAN, "U2", [case(1)], tail=" bổ sung")
    take_in(small)
    found = read(small, FEB_7, is_sent=True)
    assert told(found) == [
        ("not_sent:U2:2024-01", "resolved"),
        ("not_sent:U1:2024-01", "resolved"),
        ("rejected:2024-01.U1.1", "new"),
        ("held:2024-01.U2.1", "new"),
    ]
    assert detail(found, "not_sent:U1:2024-01") == "đã có tệp «U1.csv»"
    assert "Không thấy dòng tiêu đề" in detail(found, "rejected:2024-01.U1.1")
    append_decision(small.site, small.home, "2024-01.U2.1", "refuse", by="An", reason="gửi nhầm")
    small.export(JAN, "U1", [case(1)])
    take_in(small)
    found = read(small, date(2024, 2, 8))
    assert told(found) == [
        ("not_sent:U2:2024-01", "new"),  # what was refused was not sent
        ("rejected:2024-01.U1.1", "resolved"),
        ("held:2024-01.U2.1", "resolved"),
    ]
    assert detail(found, "not_sent:U2:2024-01") == (
        "hạn gửi 05/02/2024, quá hạn 3 ngày; tệp «U2 bổ sung.csv» không được nhận theo quyết định"
    )
    assert detail(found, "rejected:2024-01.U1.1") == "đã nhận tệp «U1.csv» gửi lại"
    assert detail(found, "held:2024-01.U2.1") == (
        "tệp «U2 bổ sung.csv» không được nhận theo quyết định"
    )


def test_a_file_that_is_not_read_yet_was_sent(small: SmallSite) -> None:
    small.export(JAN, "U1", [case(1)])
    small.pull(JAN)
    assert told(read(small, FEB_6)) == [("not_sent:U2:2024-01", "new")]


def test_a_month_signed_without_a_unit_waits_for_it_no_more(small: SmallSite) -> None:
    small.home.create()
    read(small, FEB_6, is_sent=True)
    sign(small.home, JAN, without=["U2"])
    found = read(small, FEB_7)
    assert told(found) == [
        ("not_sent:U2:2024-01", "resolved"),
        ("not_sent:U1:2024-01", "still_open"),
    ]
    assert detail(found, "not_sent:U2:2024-01") == ("tháng đã chốt không có số liệu của đơn vị này")


def test_only_the_first_open_month_is_asked_to_be_signed(small: SmallSite) -> None:
    """By the twentieth of the next month (`close_day`); a month above waits for the one below."""
    months = ["2024-01", "2024-02", "2024-03"]
    serve(small.site, small.home, months)
    close_events = [
        k for k, _ in told(read(small, date(2024, 2, 20))) if k.startswith("not_closed")
    ]
    assert close_events == []
    found = read(small, date(2024, 3, 21), is_sent=True)
    assert detail(found, "not_closed:2024-01") == (
        "hạn chốt 20/02/2024, quá hạn 30 ngày; 2 tháng sau chờ tháng này"
    )
    sign(small.home, "2024-01")
    serve(small.site, small.home, months)
    found = read(small, date(2024, 3, 22), is_sent=True)
    assert detail(found, "not_closed:2024-01") == "đã chốt"
    assert ("not_closed:2024-02", "new") in told(found)
    reopen(small.home, "2024-01")
    serve(small.site, small.home, months)
    found = read(small, date(2024, 3, 23))
    assert ("not_closed:2024-01", "new") in told(found)
    assert detail(found, "not_closed:2024-02") == ("chờ tháng trước, đã mở lại, được chốt trước")


def test_what_came_today_is_not_behind_yet(small: SmallSite) -> None:
    """The run that takes it in may still be at work; from the next day on nobody is working on it."""
    serve(small.site, small.home, [])
    small.export(JAN, "U1", [case(1)])
    take_in(small)
    pulled = next(iter(small.submissions().values())).pulled_at
    today = date.fromisoformat(pulled[:10]) + timedelta(days=1)  # at night it is tomorrow here
    before = read(small, today - timedelta(days=1))
    after = read(small, today + timedelta(days=1))
    assert "behind" not in dict(told(before))
    assert detail(after, "behind") == (
        "1 tệp nhận, đọc hoặc quyết định sau lần công bố: 2024-01.U1.1"
    )
    serve(small.site, small.home, [JAN])
    assert "behind" not in dict(told(read(small, today + timedelta(days=1))))


def test_a_site_that_was_edited_is_behind(small: SmallSite) -> None:
    serve(small.site, small.home, [JAN], site_digest="another")
    found = read(small, FEB_5, is_sent=True)
    assert detail(found, "behind") == "cấu hình của cơ quan đã sửa sau lần công bố"
    serve(small.site, small.home, [JAN])
    found = read(small, FEB_5)
    assert detail(found, "behind") == "đã tính vào số liệu công bố"


def test_files_without_any_publication_are_behind(small: SmallSite) -> None:
    small.export(JAN, "U1", [case(1)])
    take_in(small)
    found = read(small, date(2100, 1, 1))
    assert detail(found, "behind") == "chưa công bố số liệu lần nào; đã nhận 1 tệp"


def test_what_is_only_still_open_is_repeated_on_mondays(small: SmallSite) -> None:
    """The sixth of February 2024 is a Tuesday."""
    assert read(small, FEB_6, is_sent=True).is_worth_sending
    days = [FEB_6 + timedelta(days=n) for n in range(8)]
    worth = [day for day in days if read(small, day).is_worth_sending]
    assert worth == [date(2024, 2, 12), date(2024, 2, 13)]  # not sent on Monday: made up for
    read(small, date(2024, 2, 12), is_sent=True)
    assert not read(small, date(2024, 2, 13)).is_worth_sending


def test_nothing_to_tell_is_not_worth_a_mail(small: SmallSite) -> None:
    for _ in range(2):  # before the first digest, and after an empty one
        digest = read(small, FEB_5, is_sent=True)
        assert (digest.events, digest.is_worth_sending) == ((), False)


def test_a_task_run_again_later_sets_nothing_back(small: SmallSite) -> None:
    early = read(small, FEB_6)
    small.export(JAN, "U1", [case(1)])
    small.export(JAN, "U2", [case(1)])
    take_in(small)
    read(small, FEB_7, is_sent=True)
    remember_sent(small.home, early)
    assert told(read(small, date(2024, 2, 8))) == []


def test_a_digest_that_was_kept_comes_back_the_same(small: SmallSite) -> None:
    read(small, FEB_6, is_sent=True)
    digest = read(small, FEB_7)
    assert kept_digest(keep_digest(small.home, digest)) == digest


@pytest.mark.parametrize("content", ["", "{", "[]", '{"authority": "A"}'])
def test_a_state_that_cannot_be_read_is_told_with_its_path(small: SmallSite, content: str) -> None:
    read(small, FEB_6, is_sent=True)
    state = small.home.notices / "sent.json"
    assert json.loads(state.read_text("utf-8"))["day"] == "2024-02-06"
    state.write_text(content, "utf-8")
    with pytest.raises(NoticeStateError, match=r"sent\.json.*bản sao lưu"):
        read(small, FEB_7)


KEYS = ("a", "b", "c", "d")
STEPS = st.lists(
    st.tuples(
        st.integers(min_value=1, max_value=9),  # days since the last run
        st.frozensets(st.sampled_from(KEYS)),  # what is open then
        st.sampled_from(("remembered", "remembered", "crashed")),  # after the mail went out
    ),
    min_size=1,
    max_size=12,
)


def _event(key: str) -> Event:
    """An open event as found, before it is compared."""
    return Event(
        key=key,
        kind="held",
        period=JAN,
        unit_code=key,
        unit_name=key,
        detail="",
        todo="",
        since=date.min,
    )


@given(steps=STEPS)
@examples(150)
def test_each_event_is_told_once_as_new_and_once_as_done(
    steps: list[tuple[int, frozenset[str], str]],
) -> None:
    """Whatever comes and goes, and wherever a run stops between the mail and its being remembered."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder)).create()
        known: dict[str, date] = {}  # what the readers know to be open, and since when
        day, last = date(2024, 2, 1), None
        for days, there, outcome in steps:
            day += timedelta(days=days)
            events = [_event(key) for key in sorted(there)]
            digest = compare(home, "A", day, events, became=lambda event: "")
            standings = {event.key: event.standing for event in digest.events}
            assert standings == {
                **{key: "still_open" if key in known else "new" for key in there},
                **{key: "resolved" for key in known if key not in there},
            }
            for event in digest.events:
                assert event.since == known.get(event.key, day)
            is_news = there != known.keys()
            weeks = last is not None and (day - last).days >= 7
            if is_news or (there and weeks):
                assert digest.is_worth_sending
            if not digest.is_worth_sending:
                assert not is_news  # nothing is lost by staying silent
            elif outcome == "remembered":
                remember_sent(home, digest)
                known = {key: known.get(key, day) for key in there}
                last = day
