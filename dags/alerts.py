"""Who hears of a step that failed and of a run that takes too long, through Airflow's own notifier."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import (  # type: ignore[attr-defined]  # its stub lags behind
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
)

if TYPE_CHECKING:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    from ingestion.operations import Mail

LONGEST_RUN = timedelta(minutes=float(os.environ.get("MOTCUA_LONGEST_RUN_MINUTES", "240")))
"""A run that is not done so long after it was queued is told by mail; it goes on."""


def tell_failed_task(context: Any) -> None:
    """Write to the data team that a step has failed for good: what, where, and what to do.

    Airflow calls it after the last try, in the worker; for a worker that was killed, elsewhere and
    without the error.
    """
    from ingestion.messages import text

    ti = context["ti"]
    error = context.get("exception") or text("alert.no_reason")
    tell_data_team(
        context,
        subject=text("alert.failed_subject", dag=ti.dag_id, task=ti.task_id),
        lines=[
            text("alert.failed", dag=ti.dag_id, task=ti.task_id, run=ti.run_id),
            *str(error).splitlines(),
            text("alert.failed_todo", task=ti.task_id, address=ti.log_url),
        ],
    )


async def tell_slow_run(context: Any) -> None:
    """Write to the data team that a run is not done in time. Airflow's triggerer calls it."""
    from zoneinfo import ZoneInfo

    from dags.site_clock import hours
    from ingestion.messages import text

    run, at = context["dag_run"], context["deadline"]["deadline_time"]
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    _, zone = hours("remind")
    values = {"dag": run["dag_id"], "run": run["dag_run_id"]}
    values["deadline"] = f"{moment.astimezone(ZoneInfo(zone)):%H:%M %d/%m/%Y}"
    await asyncio.to_thread(
        tell_data_team,
        {"params": run.get("conf") or {}},
        subject=text("alert.slow_subject", **values),
        lines=[
            text("alert.slow", **values),
            text("alert.slow_todo", **values),
        ],
    )


TOO_LONG = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=LONGEST_RUN,
    callback=AsyncCallback(tell_slow_run),
    name="motcua_too_long",
)


def letter(
    mail: Mail, to: Iterable[str], subject: str, html: str, files: Sequence[Path] = ()
) -> SmtpNotifier:
    """A letter to mailboxes of offices; `.notify(context)` sends it.

    The sender is the site's, else that of Airflow's connection `smtp_default`.
    """
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=list(to),
        from_email=mail.sender,
        subject=subject,
        html_content=html,
        files=[str(path) for path in files],
    )


@contextmanager
def mail_server() -> Iterator[None]:
    """Fail at once when Airflow has no mail server; one that does not answer is tried again."""
    from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

    from ingestion.messages import text

    try:
        yield
    except AirflowNotFoundException as problem:
        raise AirflowFailException(text("alert.no_mail_server")) from problem


def tell_data_team(context: Any, subject: str, lines: list[str]) -> None:
    """Send a letter of these paragraphs to the data team of the run's site; to the log where it has no mailbox."""
    from html import escape

    from dags.runs import site_directory
    from dags.site_clock import default_site
    from ingestion.site import read_operations
    from ingestion.site_files import Problems

    log = logging.getLogger("airflow.task")
    directory = site_directory(context["params"].get("site") or default_site())
    # The site alone may be what is wrong: only the file that says who to write to is read.
    operations = read_operations(directory, Problems(directory))
    if operations is None or not operations.mail.data_team:
        log.warning("%s\n%s", subject, "\n".join(lines))
        return
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    letter(operations.mail, operations.mail.data_team, subject, html).notify(context)
