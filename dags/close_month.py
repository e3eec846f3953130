"""DAG `close_month`: a person looks at a month's figures and signs them, or keeps them provisional.

What is signed, and how, is `motcua close`: both call the same functions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param, chain, dag, task

from dags.params import PARAMS
from dags.runs import at_work, only_a_person_can_mend, open_run, run_period
from dags.steps import build_and_publish, report
from dags.tries import DEFAULTS

SIGN, KEEP = "Chốt", "Chưa chốt"
DAYS_TO_ANSWER = 14

DOC = """
### Chốt số liệu một kỳ

Đọc số liệu đang công bố → người có thẩm quyền trả lời → chốt (đóng băng, có tệp khóa) → công bố lại, lập biểu.

* Trả lời ở mục **Required Actions** của lần chạy, hoặc bằng REST
  (`PATCH …/taskInstances/approve/-1/hitlDetails`). Ai trả lời và lúc nào được lưu trong bản chốt.
* Chỉ ký đúng số liệu đã xem: công bố lại trong lúc chờ thì bước `sign` không ký; chạy lại để xem số liệu mới.
* Chọn **Chưa chốt**: không có gì thay đổi, kỳ vẫn là tạm tính. Chạy lại khi số liệu đã đúng.
* Chưa chốt được (kỳ trước chưa chốt, còn tệp chờ quyết định, có tệp mới chưa tính): bước `prepare` nêu từng
  lý do và việc cần làm.
"""


@dag(
    dag_id="close_month",
    dag_display_name="Chốt số liệu: phê duyệt",
    description="Người có thẩm quyền xem số liệu của một kỳ và chốt",
    doc_md=DOC,
    schedule=None,  # a person decides when a month is ready
    catchup=False,
    max_active_runs=4,  # an answer may take days; signing itself is locked
    params=PARAMS,
    tags=["motcua", "chốt số liệu"],
    default_args=DEFAULTS,
)
def close_month() -> None:
    """Wire what is to be signed, the answer, the signature, and the steps to a publication that shows it."""

    @task(
        retries=0,  # what it finds, a person mends
        execution_timeout=timedelta(minutes=30),
        doc_md="Đọc số liệu đang công bố của kỳ, kết quả kiểm tra, đơn vị còn thiếu và thay đổi so với kỳ trước.",
    )
    def prepare() -> dict[str, str]:
        from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

        from ingestion.messages import text
        from publishing.closing_page import closing_page
        from warehouse.closing_store import ClosingTampered
        from warehouse.closing_summary import closing_summary
        from warehouse.served import NothingServed

        site, home = open_run()
        period = run_period(site)
        with only_a_person_can_mend(NothingServed, ClosingTampered):
            summary = closing_summary(site, home, period)
        if summary.standing:
            closing = summary.standing
            values = {"version": closing.version, "by": closing.closed_by}
            raise AirflowSkipException(text("closing.closed_before", period=period, **values))
        if summary.blocking:
            reasons = "\n".join(f"- {line}" for line in summary.blocking)
            raise AirflowFailException(text("approval.not_ready", period=period, reasons=reasons))
        return {
            "period": period,
            "build_id": summary.build_id,
            "subject": text("approval.subject", period=period),
            "page": closing_page(summary),
        }

    prepared = prepare()
    approve = HITLOperator(
        task_id="approve",
        subject="{{ ti.xcom_pull(task_ids='prepare')['subject'] }}",
        body="{{ ti.xcom_pull(task_ids='prepare')['page'] }}",
        options=[SIGN, KEEP],
        params={
            "reason": Param(
                "Số liệu đã được kiểm tra",
                type="string",
                minLength=1,
                title="Lý do, văn bản",
                description="Ghi trong bản chốt.",
            ),
            "signer": Param(
                "",
                type="string",
                title="Họ tên, chức vụ người chốt",
                description="Để trống: tên tài khoản trả lời.",
            ),
            "without": Param(
                "",
                type="string",
                title="Chốt dù chưa có số liệu của",
                description="Mã mọi đơn vị còn thiếu, cách nhau bằng dấu phẩy.",
            ),
        },
        response_timeout=timedelta(days=DAYS_TO_ANSWER),
        execution_timeout=None,
        retries=0,
        doc_md="Người có thẩm quyền xem số liệu và trả lời.",
    )

    @task(
        retries=0,  # nobody signs twice by himself
        execution_timeout=timedelta(hours=1),
        doc_md="Đóng băng số liệu của kỳ theo câu trả lời; ghi ai chốt, lúc nào, vì sao.",
    )
    def sign(shown: dict[str, str], answer: dict[str, Any]) -> int:
        from airflow.sdk.exceptions import AirflowSkipException

        from ingestion.messages import text
        from publishing.run_counts import of_close
        from warehouse.closing import ClosingError, close
        from warehouse.closing_store import ClosingTampered

        period = shown["period"]
        (option,) = answer["chosen_options"]
        user = answer["responded_by_user"]["name"]
        if option != SIGN:
            raise AirflowSkipException(
                text("approval.kept", user=user, option=option, period=period)
            )
        said = answer["params_input"]
        signer = said.get("signer", "").strip()
        by = text("approval.signer", signer=signer, user=user) if signer else user
        without = [code.strip() for code in said.get("without", "").split(",") if code.strip()]
        with (
            only_a_person_can_mend(ClosingError, ClosingTampered),
            at_work("close", period=period) as work,
        ):
            done = close(
                work.site,
                work.home,
                period,
                by,
                said.get("reason", ""),
                without=without,
                seen_build=shown["build_id"],
            )
            work.record.counts.update(of_close(done))
        return done.closing.version

    signed = sign(prepared, approve.output)
    chain(prepared, approve, signed)
    # What readers have does not yet say that the month is signed.
    chain(build_and_publish(signed), report(prepared["period"]))


DAG_CLOSE_MONTH = close_month()
