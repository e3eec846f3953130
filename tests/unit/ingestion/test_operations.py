"""`operations.yml`: hours, deadlines and mailboxes of a site; no figure depends on it."""

from pathlib import Path

import pytest

from ingestion.operations import Clock, Operations
from ingestion.site import SiteError
from tests.unit.ingestion.small_site import SmallSite

pytestmark = pytest.mark.unit


def test_a_site_without_the_file_has_the_shipped_hours(tmp_path: Path) -> None:
    site = SmallSite.make(tmp_path).site
    assert site.operations == Operations()
    assert site.operations.pull.cron == "0 2 1-15 * *"


def test_what_it_says_moves_no_digest(tmp_path: Path) -> None:
    small = SmallSite.make(tmp_path)
    before = small.site.digest
    written = (
        "pull: {days: '1-5,20', hour: 3, minute: 30}\nmail: {units: {U1: [mot@phuong.example]}}\n"
    )
    (small.directory / "operations.yml").write_text(written, "utf-8")
    site = small.site
    assert site.operations.pull.cron == "30 3 1-5,20 * *"
    assert site.operations.mail.units == {"U1": ("mot@phuong.example",)}
    assert site.digest == before


@pytest.mark.parametrize("days", ["1", "1-31", "5,10-12"])
def test_days_of_a_month(days: str) -> None:
    assert Clock(days=days, hour=0).days == days


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("pull: {days: 0-5, hour: 2}", "pull.days"),
        ("pull: {days: 9-5, hour: 2}", "pull.days"),
        ("pull: {days: '*', hour: 2}", "pull.days"),
        ("pull: {days: 1-40, hour: 2}", "pull.days"),
        ("remind: {days: 1-31, hour: 24}", "remind.hour"),
        ("close_day: 31", "close_day"),
        ("mail: {office: ['Nội vụ <a@b>']}", "mail.office[0]"),
        ("mail: {office: ['a@b,c@d']}", "mail.office[0]"),
        ("mail: {units: {U9: [a@b.example]}}", "«U9»"),
        ("mai: {}", "mai"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, written: str, said: str) -> None:
    small = SmallSite.make(tmp_path)
    (small.directory / "operations.yml").write_text(written, "utf-8")
    with pytest.raises(SiteError) as told:
        _ = small.site
    assert "operations.yml" in str(told.value)
    assert said in str(told.value)
