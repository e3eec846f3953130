"""`motcua digest`: what it prints, where the workbook lies, and how it ends."""

from pathlib import Path

import pytest

from tests.integration.mini_site import Case, MiniSite

pytestmark = pytest.mark.integration


def test_it_prints_the_digest_and_changes_nothing(mini: MiniSite) -> None:
    """Asked again it says the same: only a mail that went out makes news old."""
    mini.send("2024-01", "U1", Case(1))
    mini.path("2024-01", "U2").write_text("sai,mau\n1,2\n", "utf-8")
    mini.take_in("2024-01")
    said = [mini.motcua("digest") for _ in range(2)]
    assert (said[0].code, said[0].errors) == (0, "")
    assert said[0].out == said[1].out
    *text, book = said[0].out.splitlines()
    assert text[0] == "## Theo dõi số liệu một cửa"
    assert "### Tệp bị từ chối, chưa có tệp gửi lại: 1 mới, 0 còn lại, 0 đã xong" in text
    assert Path(book).is_relative_to(mini.home.notices)
    assert Path(book).exists()
    assert text[-1] == f"Danh sách đầy đủ: tệp {Path(book).name}"


def test_json_holds_every_event(mini: MiniSite) -> None:
    found = mini.motcua("digest", "--json")
    late = {(e["kind"], e["unit_code"], e["standing"]) for e in found.json["events"]}
    assert late == {("not_sent", "U1", "new"), ("not_sent", "U2", "new")}
    assert (found.json["is_worth_sending"], found.json["sent_before"]) == (True, None)


def test_a_state_that_cannot_be_read_ends_with_its_path(mini: MiniSite) -> None:
    mini.home.create()
    (mini.home.notices / "sent.json").write_text("{", "utf-8")
    said = mini.motcua("digest")
    assert said.code == 1
    assert "sent.json" in said.errors
