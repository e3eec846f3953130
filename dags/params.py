"""The form of a run by hand: which site, which month."""

from __future__ import annotations

from airflow.sdk import Param

from dags.site_clock import default_site

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"

PARAMS = {
    "site": Param(
        default_site(),
        type="string",
        title="Đơn vị triển khai (thư mục site)",
        description="Đường dẫn tới thư mục cấu hình, ví dụ sites/demo.",
    ),
    "period": Param(
        None,
        type=["null", "string"],
        pattern=MONTH,
        title="Kỳ báo cáo (YYYY-MM)",
        description="Để trống: tháng liền trước ngày chạy.",
    ),
}


def month_param(title: str, description: str) -> Param:
    """A month that has to be given; `Param` takes a DAG without a value only if a run cannot start by itself."""
    return Param(type="string", pattern=MONTH, title=title, description=description)
