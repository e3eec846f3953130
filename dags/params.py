"""The form of a run by hand: which site, which month."""

from __future__ import annotations

import os

from airflow.sdk import Param

PARAMS = {
    "site": Param(
        os.environ.get("MOTCUA_SITE", "sites/demo"),
        type="string",
        title="Đơn vị triển khai (thư mục site)",
        description="Đường dẫn tới thư mục cấu hình, ví dụ sites/demo.",
    ),
    "period": Param(
        None,
        type=["null", "string"],
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$",
        title="Kỳ báo cáo (YYYY-MM)",
        description="Để trống: tháng liền trước ngày chạy.",
    ),
}
