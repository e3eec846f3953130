"""DAG `pull_exports`: ask every unit for its export of the month, and for late ones of the months before."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Param, chain, dag, task

from dags.alerts import TOO_LONG
from dags.assets import RECEIVED
from dags.params import PARAMS
from dags.pulling import ask_units
from dags.runs import at_work, only_a_person_can_mend, run_period
from dags.site_clock import SiteClock
from dags.tries import DEFAULTS

DOC = """
### Nhận tệp của các đơn vị

Hỏi từng đơn vị tệp của kỳ và tệp gửi muộn của các kỳ trước → ghi sổ nhận → báo cho DAG `month_end` nếu có gì mới.

* Ngày giờ chạy: khóa `pull` trong `operations.yml` của site. Chạy mỗi ngày trong đợt nộp: tệp đến muộn được
  nhận ở lần sau.
* Đơn vị chưa gửi, hoặc máy chủ không trả lời, **không** cản đơn vị khác. Nhóm có đơn vị không tải được thì đỏ
  (nhật ký nêu từng đơn vị và lý do) sau ba lần thử lại; các đơn vị còn lại vẫn được công bố.
* Không có gì mới: bước `arrived` bỏ qua, không dựng lại kho.
* Chạy tay để nhận một kỳ khác: ghi kỳ vào biểu mẫu.
"""


@dag(
    dag_id="pull_exports",
    dag_display_name="Nhận tệp của các đơn vị",
    description="Hỏi từng đơn vị tệp xuất của kỳ; có gì mới thì dựng kho",
    doc_md=DOC,
    schedule=SiteClock("pull"),
    catchup=False,
    max_active_runs=1,
    params={
        **PARAMS,
        "batch_units": Param(
            None,
            type=["null", "integer"],
            minimum=1,
            title="Số đơn vị mỗi nhóm",
            description="Để trống: khóa batch_units trong operations.yml.",
        ),
    },
    tags=["motcua", "cuối tháng"],
    default_args=DEFAULTS,
    deadline=TOO_LONG,
)
def pull_exports() -> None:
    """Wire the plan, the batches and the word to `month_end`."""

    @task(
        outlets=[RECEIVED],
        doc_md="Ghi nhận những gì đã đến. Có gì mới thì DAG month_end chạy; không thì bỏ qua.",
    )
    def arrived(reasons: list[str], *, outlet_events: Any, params: Any) -> list[str]:
        import logging

        from airflow.sdk.exceptions import AirflowSkipException

        from ingestion.messages import text
        from ingestion.pull import NothingArrivedError, require_files
        from warehouse.status import current_build, months_to_report

        with only_a_person_can_mend(NothingArrivedError), at_work("arrived") as work:
            site, home = work.site, work.home
            period = work.record.period = run_period(site)
            try:
                require_files(site, home, period, reasons)
            except NothingArrivedError as nothing:
                if params["period"]:  # a person asked for this month
                    raise
                logging.getLogger("airflow.task").info("%s", nothing)
            if build_id := current_build(site, home):
                raise AirflowSkipException(text("schedule.nothing_new", build_id=build_id))
            months = months_to_report(site, home, period)
            if not months:
                raise AirflowSkipException(text("intake.nothing_arrived", period=period))
        outlet_events[RECEIVED].extra = {"site": params["site"], "periods": months}
        return months

    planned, gathered = ask_units()
    chain(planned, arrived(gathered))


DAG_PULL_EXPORTS = pull_exports()
