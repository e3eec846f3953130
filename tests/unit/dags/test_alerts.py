"""Who hears that a step failed or a run takes too long: letters as a mail server receives them."""

import asyncio
import json
import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dags.alerts import tell_failed_task, tell_slow_run
from dags.pulling import tell_not_fetched
from dags.serve import free_port
from tests.integration.mail_sink import MailSink, mail_sink

pytestmark = pytest.mark.unit

TEAM = "du-lieu@tinh.example"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    with mail_sink(free_port(0)) as sink:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "motcua@tinh.example"}
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": sink.port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(smtp))
        yield sink


@pytest.fixture
def site(project: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(project / "sites" / "template", folder)
    (folder / "operations.yml").write_text(f"mail: {{data_team: [{TEAM}]}}\n", "utf-8")
    return folder


def failed(site: Path, error: Exception | None) -> dict[str, Any]:
    """What Airflow hands on after the last try."""
    ti = SimpleNamespace(
        dag_id="month_end", task_id="check", run_id="r1", log_url="http://airflow.example/log"
    )
    return {"ti": ti, "params": {"site": str(site)}, "exception": error}


def test_a_failed_step_is_told_with_its_reason_and_what_to_do(mail: MailSink, site: Path) -> None:
    """The words of an error are data: neither markup nor a template."""
    tell_failed_task(failed(site, ValueError("Cửa <b>1</b> {{ 7 * 6 }}\nkhông đạt")))
    (letter,) = mail.letters
    assert letter.to == [TEAM]
    assert letter.sender == "motcua@tinh.example"
    assert letter.subject == "[motcua] month_end: bước check không hoàn thành"
    assert "<p>Cửa &lt;b&gt;1&lt;/b&gt; {{ 7 * 6 }}</p><p>không đạt</p>" in letter.body
    assert "http://airflow.example/log" in letter.body


def test_a_killed_worker_leaves_no_error_but_is_told(mail: MailSink, site: Path) -> None:
    tell_failed_task(failed(site, None))
    assert "bị dừng từ bên ngoài" in mail.letters[0].body


def test_a_site_that_is_wrong_is_told_too(mail: MailSink, site: Path) -> None:
    (site / "site.yml").write_text("hỏng", "utf-8")
    tell_failed_task(failed(site, ValueError("site.yml: …")))
    assert [letter.to for letter in mail.letters] == [[TEAM]]


def test_without_a_mailbox_the_log_keeps_it(
    mail: MailSink, site: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (site / "operations.yml").unlink()
    log = logging.getLogger("airflow.task")
    log.addHandler(caplog.handler)
    try:
        tell_failed_task(failed(site, ValueError("không đạt")))
    finally:
        log.removeHandler(caplog.handler)
    assert mail.letters == []
    assert "không đạt" in caplog.text


def test_a_run_that_takes_too_long_is_told(mail: MailSink, site: Path) -> None:
    """The context is the short one that the triggerer has."""
    at = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)
    run = {"dag_id": "month_end", "dag_run_id": "r1", "conf": {"site": str(site)}}
    asyncio.run(tell_slow_run(context={"dag_run": run, "deadline": {"deadline_time": at}}))
    (letter,) = mail.letters
    assert letter.subject == "[motcua] month_end: lần chạy quá thời hạn"
    assert "r1" in letter.body
    assert "09:00 05/03/2024" in letter.body  # on the authority's clock


def test_one_letter_tells_of_every_batch_that_failed(mail: MailSink, site: Path) -> None:
    """Also of one whose worker was killed before it could say which files it could not have."""
    down = "U1 2024-01: máy chủ không trả lời"
    said: list[dict[str, list[str]] | None] = [{"not_fetched": [down]}, None, {"not_fetched": []}]
    planned = [{"name": name} for name in ("U1 … U2", "U3 … U4", "U5 … U5")]
    ti = SimpleNamespace(
        dag_id="pull_exports", xcom_pull=lambda task_ids, key, map_indexes: said[map_indexes]
    )
    tell_not_fetched.function(planned, ti=ti, params={"site": str(site)})
    (letter,) = mail.letters
    assert "U1 2024-01: máy chủ" in letter.body
    assert "Nhóm U3 … U4: tác vụ không hoàn thành" in letter.body
    assert "U5" not in letter.body
