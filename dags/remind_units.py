"""DAG `remind_units`: the daily digest for the office, and each unit's reminder (R12, R14)."""

from __future__ import annotations

from typing import Any

from airflow.sdk import chain, dag, task

from dags.alerts import TOO_LONG, letter, mail_server
from dags.params import PARAMS
from dags.runs import at_work, only_a_person_can_mend, open_run, run_day
from dags.site_clock import SiteClock
from dags.tries import DEFAULTS, MAIL_POOL

UNITS_A_BATCH = 50

DOC = """
### Nhắc việc hằng ngày

Bản tổng hợp gửi Nội vụ và nhóm dữ liệu: đơn vị quá hạn gửi tệp, tệp bị từ chối hoặc chờ quyết định, tháng
quá hạn chốt, với việc mới, còn lại và đã xong. Mỗi đơn vị nhận thư riêng về hồ sơ quá hạn, sắp đến hạn và tệp
phải gửi lại.

* Ngày giờ, hộp thư: `remind` và `mail` trong `operations.yml` của site. Máy chủ thư: kết nối `smtp_default`
  của Airflow.
* Chỉ gửi khi có việc mới hoặc việc đã xong; việc còn lại được nhắc lại vào thứ Hai.
* Gửi lỗi thì thử lại; việc chưa gửi được thì lần sau vẫn là việc mới. Thư đã gửi không gửi lại.
* Không ghi hộp thư nào: bản tổng hợp nằm trong nhật ký của bước `digest` và thư mục `notices`.
"""


@dag(
    dag_id="remind_units",
    dag_display_name="Nhắc việc hằng ngày",
    description="Bản tổng hợp cho Nội vụ, thư nhắc cho từng đơn vị",
    doc_md=DOC,
    schedule=SiteClock("remind"),
    catchup=False,
    max_active_runs=1,  # what was sent is noted after it was sent
    params={"site": PARAMS["site"]},
    tags=["motcua", "nhắc việc"],
    default_args=DEFAULTS,
    deadline=TOO_LONG,
)
def remind_units() -> None:
    """Wire the digest and its mail, and beside them the units' mails in batches."""

    @task(doc_md="Tổng hợp việc quá hạn và chờ xử lý; không có gì mới thì bỏ qua bước gửi.")
    def digest() -> str:
        import logging

        from airflow.sdk.exceptions import AirflowSkipException

        from ingestion.messages import text
        from publishing.notice_page import digest_text, write_digest_book
        from publishing.notices import NoticeStateError, keep_digest, read_digest
        from warehouse.closing_store import ClosingTampered

        site, home = open_run()
        with only_a_person_can_mend(NoticeStateError, ClosingTampered):
            found = read_digest(site, home, run_day(site))
        logging.getLogger("airflow.task").info("%s", digest_text(found))
        write_digest_book(home, found)
        kept = keep_digest(home, found)
        if not found.is_worth_sending:
            raise AirflowSkipException(text("schedule.nothing_to_tell"))
        return str(kept.relative_to(home.root))

    @task(pool=MAIL_POOL, doc_md="Gửi bản tổng hợp cho Nội vụ và nhóm dữ liệu, rồi ghi là đã gửi.")
    def send_digest(kept: str, **context: Any) -> None:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingestion.messages import text
        from publishing.notice_page import book_path_name, digest_html, digest_subject
        from publishing.notices import kept_digest, remember_sent

        with at_work("digest") as work:
            mail, path = work.site.operations.mail, work.home.root / kept
            to = list(dict.fromkeys([*mail.office, *mail.data_team]))
            if not to:
                raise AirflowSkipException(text("schedule.nobody_to_tell"))
            found = kept_digest(path)
            book = path.with_name(book_path_name(found.day))
            with mail_server():
                letter(mail, to, digest_subject(found), digest_html(found), [book]).notify(context)
            work.record.counts["mails_sent"] = 1
            remember_sent(work.home, found)

    @task(doc_md="Chia các đơn vị có hộp thư thành từng nhóm.")
    def mailboxes() -> list[list[str]]:
        site, _ = open_run()
        units = [code for code, boxes in site.operations.mail.units.items() if boxes]
        return [units[at : at + UNITS_A_BATCH] for at in range(0, len(units), UNITS_A_BATCH)]

    @task(
        pool=MAIL_POOL,
        map_index_template="{{ task.op_kwargs['units'][0] }} … {{ task.op_kwargs['units'][-1] }}",
        doc_md="Gửi thư nhắc cho một nhóm đơn vị; thư đã gửi không gửi lại khi thử lại.",
    )
    def send_reminders(units: list[str], **context: Any) -> int:
        from publishing.unit_mail import remember_mailed, unit_mails

        with at_work("remind", part=f"{units[0]} … {units[-1]}") as work, mail_server():
            mail, sent = work.site.operations.mail, 0
            for found in unit_mails(work.site, work.home, run_day(work.site), units):
                said = (found.to, found.subject, found.html, found.attachments)
                letter(mail, *said).notify(context)
                remember_mailed(work.home, found)
                work.record.counts["mails_sent"] = sent = sent + 1
            return sent

    chain(send_digest(digest()))
    send_reminders.expand(units=mailboxes())


DAG_REMIND_UNITS = remind_units()
