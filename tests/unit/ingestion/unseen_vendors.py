"""Headers as vendors we have never seen might write them: no label stands in known_labels.yml.

Each is a list of (label, the place it should get, kind of values). The values are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int
SECTORS = ("Hộ tịch", "Chứng thực", "Đất đai", "Hộ kinh doanh")
PROCEDURES = (
    "Đăng ký khai sinh",
    "Chứng thực bản sao",
    "Chuyển mục đích sử dụng đất",
    "Đăng ký hộ",
)
STATUSES = ("Đang xử lý", "Đã trả kết quả", "Đã trả kết quả", "Đã xử lý xong")
NAMES = ("Nguyễn Văn", "Trần Thị", "Lê Quốc", "Phạm Minh", "Võ Hữu", "Đặng Ngọc", "Bùi Thanh")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hòa", "Lan", "Mai", "Nam", "Phúc", "Sơn")


@dataclass(frozen=True)
class Vendor:
    """``header``: rows above the data besides the last label row (for merged headers)."""

    name: str
    columns: Sequence[tuple[str, str, str]]
    above: Sequence[str] = ()

    @property
    def labels(self) -> list[str]:
        """The last header row."""
        return [label for label, _, _ in self.columns]

    def rows(self, count: int = 40) -> list[list[str]]:
        """Data rows with open and closed cases."""
        return [[_value(kind, n) for _, _, kind in self.columns] for n in range(1, count + 1)]


def _day(number: int, after: int) -> str:
    day = (number * 3) % 20 + 1 + after
    month, day = (3, day) if day <= 31 else (4, day - 31)
    return f"{day:02d}/{month:02d}/2024"


def _value(kind: str, n: int) -> str:
    is_open = n % 4 == 1
    received = (n * 3) % 20 + 1
    values = {
        "code": f"000.00.16.H32-2403{received:02d}-{n:04d}",
        "free": f"BN{n:06d}",
        "unit": ("UBND phường Lộc Thọ", "UBND phường Vĩnh Hải")[n % 2],
        "sector": SECTORS[n % 4],
        "sector_code": ("G15-TP07", "G13-TN02")[n % 2],
        "procedure": PROCEDURES[n % 4],
        "procedure_code": ("1.001193", "2.000815")[n % 2],
        "name": f"{NAMES[n % 7]} {GIVEN[n % 11]}",
        "official": ("Lê Thị Hoa", "Trần Quốc Nam", "Phạm Văn Đức")[n % 3],
        "phone": f"09{n:08d}",
        "identity": f"056{n:09d}",
        "address": f"{n} đường Trần Phú",
        "birth": f"{n % 28 + 1:02d}/05/19{n % 40 + 50}",
        "received": _day(n, 0),
        "due": _day(n, 5),
        "done": "" if is_open else _day(n, 2 + n % 7),
        "returned": "" if is_open else _day(n, 4 + n % 7),
        "status": STATUSES[0] if is_open else STATUSES[n % 4],
        "channel": ("Trực tiếp", "Trực tuyến")[n % 2],
        "level": ("Một phần", "Toàn trình")[n % 2],
        "fee": str(n % 3 * 8000),
        "yes": ("Có", "Không")[n % 2],
        "stt": str(n),
        "days": str(n % 9),
        "blank": "",
        "cause": "Chờ ý kiến cơ quan khác" if n % 9 == 0 else "",
    }
    return values[kind]


VENDORS = (
    Vendor(
        "phần mềm một cửa khác",
        (
            ("Thứ tự dòng", "ignore", "stt"),
            ("Mã phiếu hồ sơ", "case_code", "code"),
            ("Tên TTHC thực hiện", "procedure", "procedure"),
            ("Tên lĩnh vực TTHC", "sector", "sector"),
            ("Họ tên người nộp đơn", "drop", "name"),
            ("SĐT liên hệ", "drop", "phone"),
            ("Thời gian nhận HS", "received_at", "received"),
            ("Thời gian hẹn trả KQ", "due_at", "due"),
            ("Thời gian xử lý xong", "completed_at", "done"),
            ("Tình trạng HS hiện tại", "status", "status"),
            ("Cán bộ xử lý chính", "official", "official"),
        ),
    ),
    Vendor(
        "bảng cơ sở dữ liệu",
        (
            ("MA_HS", "case_code", "free"),
            ("TEN_DVI_XLY", "unit", "unit"),
            ("LINH_VUC_TTHC", "sector", "sector"),
            ("TEN_TTHC_DVC", "procedure", "procedure"),
            ("NGAY_TIEPNHAN", "received_at", "received"),
            ("NGAY_HENTRA", "due_at", "due"),
            ("NGAY_KT_XL", "completed_at", "done"),
            ("NGAY_TRA_KQ_CD", "returned_at", "returned"),
            ("TRANGTHAI_HS", "status", "status"),
            ("TEN_CHU_HS", "drop", "name"),
            ("DTHOAI_CHU_HS", "drop", "phone"),
            ("KENH_NOP", "channel", "channel"),
        ),
    ),
    Vendor(
        "sổ theo dõi chép tay",
        (
            ("Số vào sổ HS", "case_code", "free"),
            ("Họ và tên công dân", "drop", "name"),
            ("Chỗ ở hiện nay", "drop", "address"),
            ("Nội dung công việc", "procedure", "procedure"),
            ("Lĩnh vực công tác", "sector", "sector"),
            ("Ngày, tháng, năm nhận đơn", "received_at", "received"),
            ("Ngày trả theo phiếu hẹn", "due_at", "due"),
            ("Ngày đã giải quyết xong", "completed_at", "done"),
            ("Công chức được giao", "official", "official"),
            ("Tình hình giải quyết", "status", "status"),
            ("Lý do để trễ", "overdue_cause", "cause"),
            ("Ghi chú khác", "ignore", "blank"),
        ),
    ),
    Vendor(
        "English export",
        (
            ("Request no.", "case_code", "code"),
            ("Responsible agency", "unit", "unit"),
            ("Sector name", "sector", "sector"),
            ("Requested procedure", "procedure", "procedure"),
            ("Received on", "received_at", "received"),
            ("Due by", "due_at", "due"),
            ("Completed on", "completed_at", "done"),
            ("Current status", "status", "status"),
            ("Handling officer", "official", "official"),
            ("Applicant full name", "drop", "name"),
            ("Mobile phone", "drop", "phone"),
        ),
    ),
    Vendor(
        "tiêu đề hai dòng",
        (
            ("TT dòng", "ignore", "stt"),
            ("Số HS", "case_code", "code"),
            ("Tên việc", "procedure", "procedure"),
            ("Ngày", "received_at", "received"),
            ("Hình thức", "channel", "channel"),
            ("Hẹn", "due_at", "due"),
            ("Thực tế", "returned_at", "returned"),
            ("Xong", "completed_at", "done"),
            ("Họ tên đầy đủ", "drop", "name"),
            ("CCCD/CMND", "drop", "identity"),
            ("Tình trạng sau cùng", "status", "status"),
        ),
        above=(
            "",
            "Thông tin hồ sơ",
            "",
            "Tiếp nhận hồ sơ",
            "",
            "Trả kết quả",
            "",
            "Ngày xử lý",
            "Người nộp hồ sơ",
            "",
            "",
        ),
    ),
    Vendor(
        "API của tỉnh",
        (
            ("soHoSoDVC", "case_code", "code"),
            ("maThuTucHanhChinhQG", "procedure_code", "procedure_code"),
            ("tenLinhVucTTHC", "sector", "sector"),
            ("maLinhVucTTHC", "sector_code", "sector_code"),
            ("ngayNopHoSoTrucTuyen", "received_at", "received"),
            ("hanTraKetQua", "due_at", "due"),
            ("ngayHoanThanhXuLy", "completed_at", "done"),
            ("trangThaiXuLyHoSo", "status", "status"),
            ("hoTenNguoiNop", "drop", "name"),
            ("soDinhDanhNguoiNop", "drop", "identity"),
            ("coQuanGiaiQuyetHoSo", "unit", "unit"),
            ("mucDoDichVu", "service_level", "level"),
            ("thanhToanTrucTuyen", "paid_online", "yes"),
        ),
    ),
    Vendor(
        "tên viết tắt",
        (
            ("Mã HSơ", "case_code", "code"),
            ("Đ.vị thụ lý", "unit", "unit"),
            ("Lĩnh vực GQ", "sector", "sector"),
            ("Tên thủ tục HC", "procedure", "procedure"),
            ("Ngày t.nhận", "received_at", "received"),
            ("Ngày hẹn trả KQ cho dân", "due_at", "due"),
            ("Ngày h.thành", "completed_at", "done"),
            ("Trạng thái h.sơ", "status", "status"),
            ("Cách nộp", "channel", "channel"),
            ("CB đang thụ lý", "official", "official"),
            ("Người nộp h.sơ", "drop", "name"),
            ("Ngày tháng năm sinh", "drop", "birth"),
            ("Số ngày chậm", "ignore", "days"),
        ),
    ),
    Vendor(
        "cột không tên",
        (
            ("Cột A", "case_code", "code"),
            ("Cột B", "sector_code", "sector_code"),
            ("Cột C", "sector", "sector"),
            ("Cột D", "received_at", "received"),
            ("Cột E", "due_at", "due"),
            ("Cột F", "completed_at", "done"),
            ("Cột G", "status", "status"),
            ("Cột H", "channel", "channel"),
            ("Cột I", "drop", "phone"),
        ),
    ),
    # The three below were written after the labels and weights were settled.
    Vendor(
        "sở chuyên ngành",
        (
            ("TT hồ sơ", "ignore", "stt"),
            ("Mã hồ sơ trên hệ thống", "case_code", "code"),
            ("Tên phòng giải quyết", "unit", "unit"),
            ("Tên dịch vụ hành chính công", "procedure", "procedure"),
            ("Lĩnh vực quản lý", "sector", "sector"),
            ("Tổ chức, cá nhân nộp", "drop", "name"),
            ("Email liên lạc", "drop", "blank"),
            ("Nhận lúc", "received_at", "received"),
            ("Hạn phải xong", "due_at", "due"),
            ("Xử lý xong lúc", "completed_at", "done"),
            ("Trả dân lúc", "returned_at", "returned"),
            ("Kết quả xử lý hồ sơ", "status", "status"),
            ("Người thụ lý chính", "official", "official"),
            ("Thu phí (đồng)", "fee", "fee"),
        ),
    ),
    Vendor(
        "bộ phận một cửa huyện",
        (
            ("Số thứ tự hồ sơ", "ignore", "stt"),
            ("Số giấy biên nhận", "case_code", "free"),
            ("Thủ tục yêu cầu", "procedure", "procedure"),
            ("Thuộc lĩnh vực", "sector", "sector"),
            ("Người đến nộp", "drop", "name"),
            ("Số ĐT", "drop", "phone"),
            ("Nơi ở", "drop", "address"),
            ("Nộp ngày", "received_at", "received"),
            ("Hẹn ngày", "due_at", "due"),
            ("Có kết quả ngày", "completed_at", "done"),
            ("Nhận kết quả ngày", "returned_at", "returned"),
            ("Nộp qua", "channel", "channel"),
            ("Hiện trạng", "status", "status"),
            ("Nguyên nhân chậm trễ", "overdue_cause", "cause"),
        ),
    ),
    Vendor(
        "bảng trích từ kho dữ liệu",
        (
            ("dossier_code", "case_code", "code"),
            ("agency_name", "unit", "unit"),
            ("procedure_national_code", "procedure_code", "procedure_code"),
            ("procedure_title", "procedure", "procedure"),
            ("sector_national_code", "sector_code", "sector_code"),
            ("received_time", "received_at", "received"),
            ("appointment_date", "due_at", "due"),
            ("finished_time", "completed_at", "done"),
            ("returned_time", "returned_at", "returned"),
            ("dossier_status", "status", "status"),
            ("apply_channel", "channel", "channel"),
            ("applicant_fullname", "drop", "name"),
            ("applicant_phone", "drop", "phone"),
            ("officer_name", "official", "official"),
            ("fee_amount", "fee", "fee"),
        ),
    ),
)
