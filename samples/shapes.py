"""The five export shapes, each as a different vendor would write it.

A shape is the generator's side of a layout file: `sites/*/layouts/<name>.yml` must accept what is
written here (a test holds the two together).
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Not canonical: the running number, a remark, and the applicant's personal data.
SIDE_FIELDS = frozenset({"stt", "note", "applicant", "phone", "address"})
PERSONAL_FIELDS = frozenset({"applicant", "phone", "address"})


@dataclass(frozen=True)
class Shape:
    """One export shape: its columns in order (label, field) and how it writes values."""

    name: str
    kind: str  # csv | xlsx
    uri: str
    columns: tuple[tuple[str, str], ...]
    statuses: dict[str, str]
    channels: tuple[str, str, str]  # direct, online, post
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    newline: str = "\r\n"
    export_kind: str = "snapshot"
    dates: str = "dmy"  # dmy | compact | excel
    unit_text: str = "name"  # name | alias | code
    has_number_row: bool = False
    layout_values: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        """Column labels, left to right."""
        return tuple(label for label, _ in self.columns)

    @property
    def fields(self) -> tuple[str, ...]:
        """Field of each column, left to right."""
        return tuple(name for _, name in self.columns)

    @property
    def sheet(self) -> str:
        """Sheet name; a CSV has none."""
        return "Danh sách" if self.kind == "xlsx" else ""

    @property
    def first_row(self) -> int:
        """1-based number of the first data row."""
        return 2 if self.kind == "csv" else 6 + self.has_number_row

    @property
    def frame_rows(self) -> int:
        """Non-blank rows that are not data: titles, header, column numbers, total, signatures."""
        return 1 if self.kind == "csv" else 4 + 1 + self.has_number_row + 1 + 2


MOT_CUA_CSV = Shape(
    name="mot_cua_csv",
    kind="csv",
    uri="{period}/{unit}_{period}.csv",
    columns=(
        ("STT", "stt"),
        ("Mã hồ sơ", "case_code"),
        ("Đơn vị xử lý", "unit"),
        ("Mã lĩnh vực", "sector_code"),
        ("Lĩnh vực", "sector"),
        ("Mã TTHC", "procedure_code"),
        ("Tên thủ tục", "procedure"),
        ("Chủ hồ sơ", "applicant"),
        ("Số điện thoại", "phone"),
        ("Địa chỉ", "address"),
        ("Mã cán bộ", "official_code"),
        ("Cán bộ xử lý", "official"),
        ("Kênh thực hiện", "channel"),
        ("Mức độ", "service_level"),
        ("Ngày tiếp nhận", "received_at"),
        ("Ngày hẹn trả", "due_at"),
        ("Ngày kết thúc xử lý", "completed_at"),
        ("Ngày trả kết quả", "returned_at"),
        ("Trạng thái hồ sơ", "status"),
        ("Lệ phí", "fee"),
        ("Thanh toán trực tuyến", "paid_online"),
        ("Số hóa hồ sơ", "digitised"),
    ),
    statuses={
        "registered": "Mới đăng ký",
        "accepted": "Được tiếp nhận",
        "not_accepted": "Không được tiếp nhận",
        "processing": "Đang xử lý",
        "supplement_requested": "Yêu cầu bổ sung giấy tờ",
        "payment_requested": "Yêu cầu thực hiện nghĩa vụ tài chính",
        "withdrawn": "Công dân yêu cầu rút hồ sơ",
        "stopped": "Dừng xử lý",
        "done": "Đã xử lý xong",
        "returned": "Đã trả kết quả",
        "refused": "Từ chối giải quyết",
    },
    channels=("Trực tiếp", "Trực tuyến", "Bưu chính công ích"),
)

DICH_VU_CONG_CSV = Shape(
    name="dich_vu_cong_csv",
    kind="csv",
    uri="{unit}/{unit}_thang{month}_{year}.csv",
    columns=(
        ("Số hồ sơ", "case_code"),
        ("Đơn vị giải quyết", "unit"),
        ("Lĩnh vực", "sector"),
        ("Thủ tục hành chính", "procedure"),
        ("Chủ hồ sơ", "applicant"),
        ("Số điện thoại", "phone"),
        ("Cán bộ thụ lý", "official"),
        ("Hình thức nộp", "channel"),
        ("Ngày nhận hồ sơ", "received_at"),
        ("Hạn trả kết quả", "due_at"),
        ("Ngày trả kết quả", "completed_at"),
        ("Tình trạng", "status"),
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
        "done": "Hoàn thành",
        "returned": "Hoàn thành",
        "refused": "Từ chối giải quyết",
    },
    channels=("Một cửa", "Qua mạng", "Bưu chính"),
    encoding="utf-8",
    delimiter=";",
    newline="\n",
    unit_text="alias",
    layout_values={"status": {"Hoàn thành": "done"}, "channel": {"Một cửa": "direct"}},
)

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

LIEN_THONG_TAB = Shape(
    name="lien_thong_tab",
    kind="csv",
    uri="{year}/{month}/{unit}_{year}{month}.txt",
    columns=(
        ("MaHoSo", "case_code"),
        ("DonViXuLy", "unit"),
        ("MaLinhVuc", "sector_code"),
        ("TenLinhVuc", "sector"),
        ("MaTTHC", "procedure_code"),
        ("TenTTHC", "procedure"),
        ("ChuHoSo", "applicant"),
        ("SoDienThoai", "phone"),
        ("MaNguoiXuLy", "official_code"),
        ("NguoiXuLy", "official"),
        ("KenhThucHien", "channel"),
        ("MucDo", "service_level"),
        ("NgayTiepNhan", "received_at"),
        ("NgayHenTra", "due_at"),
        ("NgayKetThucXuLy", "completed_at"),
        ("NgayTra", "returned_at"),
        ("TrangThaiHoSo", "status"),
    ),
    statuses={
        "registered": "1",
        "accepted": "2",
        "not_accepted": "3",
        "processing": "4",
        "supplement_requested": "5",
        "payment_requested": "6",
        "withdrawn": "7",
        "stopped": "8",
        "done": "9",
        "returned": "10",
        "refused": "Từ chối giải quyết",
    },
    channels=("1", "2", "3"),
    encoding="utf-16",
    delimiter="\t",
    dates="compact",
    unit_text="code",
)

SHAPES: dict[str, Shape] = {
    shape.name: shape
    for shape in (MOT_CUA_CSV, DICH_VU_CONG_CSV, BAO_CAO_EXCEL, SO_THEO_DOI_EXCEL, LIEN_THONG_TAB)
}
