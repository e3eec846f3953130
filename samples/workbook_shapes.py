"""Tables as people see them: workbooks, and web pages that are called .xls."""

from __future__ import annotations

from samples.shape import Shape

BAO_CAO_EXCEL = Shape(
    name="bao_cao_excel",
    kind="xlsx",
    uri="{year}/Bao cao {unit} {month}-{year}*.xlsx",
    columns=(
        ("STT", "stt"),
        ("Mã số hồ sơ", "case_code"),
        ("Đơn vị", "unit"),
        ("Tên lĩnh vực", "sector"),
        ("Mã thủ tục", "procedure_code"),
        ("Tên thủ tục hành chính", "procedure"),
        ("Người nộp hồ sơ", "applicant"),
        ("Địa chỉ", "address"),
        ("Mã công chức", "official_code"),
        ("Công chức thụ lý", "official"),
        ("Hình thức tiếp nhận", "channel"),
        ("Thời điểm tiếp nhận", "received_at"),
        ("Thời hạn giải quyết", "due_at"),
        ("Ngày hoàn thành", "completed_at"),
        ("Ngày trả kết quả", "returned_at"),
        ("Trạng thái", "status"),
        ("Mức độ dịch vụ", "service_level"),
        ("Liên thông", "joint"),
        ("Hình thức trả kết quả", "delivery"),
    ),
    statuses={
        "registered": "Chờ tiếp nhận",
        "accepted": "Đã tiếp nhận",
        "not_accepted": "Từ chối tiếp nhận",
        "processing": "Đang xử lý",
        "supplement_requested": "Chờ bổ sung hồ sơ",
        "payment_requested": "Chờ thực hiện nghĩa vụ tài chính",
        "withdrawn": "Rút hồ sơ",
        "stopped": "Tạm dừng xử lý",
        "done": "Đã có kết quả",
        "returned": "Đã trả kết quả",
        "refused": "Từ chối giải quyết",
    },
    channels=("Trực tiếp", "Trực tuyến", "Bưu chính công ích"),
    dates="excel",
)

SO_THEO_DOI_EXCEL = Shape(
    name="so_theo_doi_excel",
    kind="xlsx",
    uri="{period}/{unit}.{period}.xlsx",
    columns=(
        ("STT", "stt"),
        ("Số biên nhận", "case_code"),
        ("Mã lĩnh vực", "sector_code"),
        ("Lĩnh vực", "sector"),
        ("Thủ tục", "procedure"),
        ("Họ tên người nộp", "applicant"),
        ("Điện thoại", "phone"),
        ("Mã cán bộ", "official_code"),
        ("Cán bộ giải quyết", "official"),
        ("Kênh", "channel"),
        ("Ngày nhận", "received_at"),
        ("Ngày hẹn", "due_at"),
        ("Ngày xong", "completed_at"),
        ("Kết quả", "status"),
        ("Ghi chú", "note"),
    ),
    statuses={
        "registered": "Mới đăng ký",
        "accepted": "Đã tiếp nhận",
        "not_accepted": "Không tiếp nhận",
        "processing": "Đang giải quyết",
        "supplement_requested": "Chờ bổ sung",
        "payment_requested": "Chờ nộp thuế, phí",
        "withdrawn": "Công dân rút hồ sơ",
        "stopped": "Tạm dừng",
        "done": "Đã giải quyết",
        "returned": "Đã trả dân",
        "refused": "Từ chối giải quyết",
    },
    channels=("Trực tiếp", "Qua mạng", "Bưu điện"),
    export_kind="movements",
    has_number_row=True,
    layout_values={"status": {"Đã trả dân": "returned"}},
)

# As one-stop software prints its monthly list: a header of two merged rows, column numbers, a group
# of rows for each sector with its subtotal.
PHAN_MEM_MOT_CUA_2_DONG = Shape(
    name="phan_mem_mot_cua_2_dong",
    kind="xlsx",
    uri="{period}/{unit} danh sach {month}-{year}.xlsx",
    columns=(
        ("STT", "stt"),
        ("Mã hồ sơ", "case_code"),
        ("Mã thủ tục", "procedure_code"),
        ("Thủ tục", "procedure"),
        ("Họ tên", "applicant"),
        ("Địa chỉ", "address"),
        ("Đơn vị", "unit"),
        ("Mã cán bộ", "official_code"),
        ("Cán bộ", "official"),
        ("Tiếp nhận", "received_at"),
        ("Hẹn trả", "due_at"),
        ("Kết thúc", "completed_at"),
        ("Trả kết quả", "returned_at"),
        ("Hình thức nộp", "channel"),
        ("Tình trạng", "status"),
    ),
    bands=(
        "",
        "Thông tin hồ sơ",
        "Thông tin hồ sơ",
        "Thông tin hồ sơ",
        "Người nộp",
        "Người nộp",
        "Xử lý",
        "Xử lý",
        "Xử lý",
        "Thời gian",
        "Thời gian",
        "Thời gian",
        "Thời gian",
        "",
        "",
    ),
    statuses=BAO_CAO_EXCEL.statuses,
    channels=("Trực tiếp", "Trực tuyến", "Bưu chính công ích"),
    has_number_row=True,
    is_grouped=True,
)

# A web page that its program calls .xls, for Excel to open.
BAO_CAO_HTML = Shape(
    name="bao_cao_html",
    kind="html",
    uri="{year}/{unit}_{year}_{month}.xls",
    columns=tuple(
        ("Số điện thoại", "phone") if name == "address" else (label, name)
        for label, name in BAO_CAO_EXCEL.columns
    ),
    statuses=BAO_CAO_EXCEL.statuses,
    channels=BAO_CAO_EXCEL.channels,
    encoding="utf-8",
)
