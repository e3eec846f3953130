"""The tasks that ask units for their files, in batches, for `pull_exports` and `backfill_months`."""

from __future__ import annotations

from typing import Any

from airflow.sdk import chain, get_current_context, task

from dags.runs import at_work, open_run, run_period
from dags.tries import MAIL_POOL, PULL_POOL

REASONS_A_BATCH = 10
LINES_A_LETTER = 50
SAID = "said"
"""What a batch says before it may fail: `not_fetched` and `reasons`, both lists of sentences."""


@task(doc_md="Chia các đơn vị phải hỏi thành từng nhóm; mỗi nhóm là một tác vụ có tên.")
def plan(first: str | None = None, last: str | None = None) -> list[dict[str, Any]]:
    """The batches of units to ask, each with its name, its months and its units.

    `last` is the month asked for (default: that of the run), `first` the oldest one (default: as far as
    the site looks back).
    """
    from ingestion.pull import units_asked

    site, _ = open_run()
    period = last or run_period(site)
    size = get_current_context()["params"].get("batch_units") or site.operations.batch_units
    units = units_asked(site, period, first)
    batches = [units[start : start + size] for start in range(0, len(units), size)]
    return [
        {"name": f"{batch[0]} … {batch[-1]}", "period": period, "first": first, "units": batch}
        for batch in batches
    ]


@task(
    pool=PULL_POOL,
    map_index_template="{{ task.op_kwargs['batch']['name'] }}",
    on_failure_callback=None,  # one letter for all batches: tell_not_fetched
    doc_md="Tải tệp của một nhóm đơn vị. Đơn vị lỗi hoặc chậm không cản đơn vị khác: tệp của các đơn vị còn "
    "lại đã được nhận khi tác vụ này báo lỗi, và chỉ những tệp chưa tải được mới phải tải lại.",
)
def pull(batch: dict[str, Any]) -> None:
    """Ask a batch of units; what came of it is recorded, and said to `gather` and `tell_not_fetched`.

    Raises NotFetchedError after all units were asked when some file is there but cannot be had: the task is
    tried again, and what already came in counts.
    """
    from dags.connections import airflow_connection
    from ingestion.pull import not_fetched, reasons_missing, require_fetched
    from ingestion.pull import pull as pull_exports
    from publishing.run_counts import of_pull

    period = batch["period"]
    with at_work("pull", period=period, part=batch["name"]) as work:
        report = pull_exports(
            work.site,
            work.home,
            period,
            first=batch["first"],
            units=frozenset(batch["units"]),
            progress=work.progress,
            connections=airflow_connection,
        )
        work.record.counts.update(of_pull(report.items))
        reasons = reasons_missing(report, period)[:REASONS_A_BATCH]
        said = {"not_fetched": not_fetched(report), "reasons": reasons}
        get_current_context()["ti"].xcom_push(SAID, said)
        require_fetched(report)


@task(
    trigger_rule="all_done",  # a batch that failed stops nobody
    doc_md="Chờ mọi nhóm được hỏi xong, kể cả nhóm có đơn vị không tải được.",
)
def gather(planned: list[dict[str, Any]] | None, *, ti: Any) -> list[str]:
    """Wait for all batches, however they ended; why files of the month asked for are not there."""
    return [reason for _, said in _said(ti, planned or []) if said for reason in said["reasons"]]


def _said(
    ti: Any, planned: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, list[str]] | None]]:
    """Each batch with what it said; None where it did not get so far."""
    return [
        (batch, ti.xcom_pull(task_ids=pull.__name__, key=SAID, map_indexes=index))
        for index, batch in enumerate(planned)
    ]


@task(
    pool=MAIL_POOL,
    doc_md="Báo nhóm dữ liệu các tệp không tải được sau mọi lần thử, một thư cho cả lần chạy.",
)
def tell_not_fetched(planned: list[dict[str, Any]], **context: Any) -> None:
    """Write to the data team which files could not be had, after the last try of each batch."""
    from airflow.sdk.exceptions import AirflowSkipException

    from dags.alerts import mail_server, tell_data_team
    from ingestion.messages import text

    lines: list[str] = []
    for batch, said in _said(context["ti"], planned):
        # Without a word: its worker was killed, or the fault is ours.
        died = [text("alert.batch_failed", name=batch["name"])]
        lines += died if said is None else said["not_fetched"]
    if not lines:
        raise AirflowSkipException(text("alert.all_fetched"))
    shown, more = lines[:LINES_A_LETTER], len(lines) - LINES_A_LETTER
    if more > 0:
        shown.append(text("intake.and_more", count=more))
    values = {"dag": context["ti"].dag_id, "count": len(lines)}
    with mail_server():
        tell_data_team(
            context,
            subject=text("alert.not_fetched_subject", **values),
            lines=[text("alert.not_fetched"), *shown, text("alert.not_fetched_todo")],
        )


def ask_units(first: str | None = None, last: str | None = None) -> tuple[Any, Any]:
    """Wire `plan`, `pull` of each batch and `gather`; the first and the last of them.

    What comes next waits for both: `gather` ends well also where there was no plan.
    """
    planned = plan(first=first, last=last)
    gathered = gather(planned)
    chain(pull.expand(batch=planned), gathered)
    chain(gathered, tell_not_fetched(planned))
    return planned, gathered
