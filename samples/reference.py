"""Sectors, procedures and people's names the samples draw from.

Sector codes and the twelve national procedure codes are those of the domain reference. Procedure
codes that begin with ``9.`` are made up, so that nobody takes them for national ones.
"""

from __future__ import annotations

from typing import NamedTuple

SECTORS: dict[str, str] = {
    "G15-TP07": "Hộ tịch",
    "G15-TP03": "Chứng thực",
    "G15-TP10": "Lý lịch tư pháp",
    "G15-TP05": "Đăng ký biện pháp bảo đảm",
    "G13-TN02": "Đất đai",
    "G13-TN09": "Môi trường",
    "G17-XD11": "Hoạt động xây dựng",
    "G17-XD13": "Quy hoạch",
    "G05-KD07": "Doanh nghiệp",
    "G05-KD10": "Hộ kinh doanh",
    "G07-LĐ03": "Bảo trợ xã hội",
    "G07-LĐ09": "Người có công",
    "G07-LĐ07": "Lao động",
    "G09-NV08": "Thi đua khen thưởng",
    "G09-NV13": "Tôn giáo",
    "G16-VH08": "Văn hóa cơ sở",
    "G02-CT11": "Lưu thông hàng hóa",
    "G10-NN07": "Lâm nghiệp",
    "G03-GD14": "Văn bằng chứng chỉ",
    "G18-YT01": "An toàn thực phẩm",
    "G04-GT01": "Đường bộ",
    "G14-TT11": "Xuất bản",
    "G01-CA05": "Cư trú",
    "G20-TH04": "Tiếp công dân",
}


class Procedure(NamedTuple):
    """One procedure: its term in working days and how often it is asked for."""

    code: str
    name: str
    sector_code: str
    term: int
    weight: float
    fee: int


PROCEDURES: tuple[Procedure, ...] = (
    Procedure("1.001193", "Đăng ký khai sinh", "G15-TP07", 1, 16, 0),
    Procedure("1.000894", "Đăng ký kết hôn", "G15-TP07", 2, 8, 0),
    Procedure("1.000656", "Đăng ký khai tử", "G15-TP07", 1, 5, 0),
    Procedure("1.004873", "Cấp giấy xác nhận tình trạng hôn nhân", "G15-TP07", 3, 10, 15000),
    Procedure("2.000635", "Cấp bản sao trích lục hộ tịch", "G15-TP07", 1, 14, 8000),
    Procedure(
        "2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "G15-TP03", 1, 34, 2000
    ),
    Procedure("2.000884", "Chứng thực chữ ký trong các giấy tờ, văn bản", "G15-TP03", 1, 12, 10000),
    Procedure("9.000001", "Cấp phiếu lý lịch tư pháp", "G15-TP10", 10, 4, 200000),
    Procedure("9.000002", "Đăng ký thế chấp quyền sử dụng đất", "G15-TP05", 1, 14, 80000),
    Procedure("9.000003", "Xóa đăng ký thế chấp quyền sử dụng đất", "G15-TP05", 1, 9, 20000),
    Procedure("9.000004", "Cấp đổi giấy chứng nhận quyền sử dụng đất", "G13-TN02", 10, 10, 100000),
    Procedure("9.000005", "Đăng ký biến động quyền sử dụng đất", "G13-TN02", 10, 16, 30000),
    Procedure("9.000006", "Chuyển mục đích sử dụng đất", "G13-TN02", 15, 5, 100000),
    Procedure("9.000007", "Hòa giải tranh chấp đất đai", "G13-TN02", 30, 1, 0),
    Procedure("9.000008", "Đăng ký môi trường", "G13-TN09", 5, 3, 0),
    Procedure("1.013225", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "G17-XD11", 15, 12, 75000),
    Procedure("9.000009", "Cung cấp thông tin về quy hoạch xây dựng", "G17-XD13", 10, 6, 0),
    Procedure("2.001610", "Đăng ký thành lập doanh nghiệp tư nhân", "G05-KD07", 3, 4, 50000),
    Procedure("1.001612", "Đăng ký thành lập hộ kinh doanh", "G05-KD10", 3, 14, 100000),
    Procedure("1.001776", "Thực hiện trợ cấp xã hội hằng tháng", "G07-LĐ03", 22, 6, 0),
    Procedure("9.000010", "Hưởng mai táng phí người có công", "G07-LĐ09", 12, 2, 0),
    Procedure("9.000011", "Đăng ký thang lương, bảng lương", "G07-LĐ07", 5, 3, 0),
    Procedure("9.000012", "Tặng giấy khen của Chủ tịch UBND", "G09-NV08", 15, 4, 0),
    Procedure("9.000013", "Thông báo tổ chức lễ hội tín ngưỡng", "G09-NV13", 10, 2, 0),
    Procedure("9.000014", "Công nhận gia đình văn hóa", "G16-VH08", 5, 3, 0),
    Procedure("9.000015", "Cấp giấy phép bán lẻ rượu", "G02-CT11", 10, 4, 400000),
    Procedure("9.000016", "Xác nhận bảng kê lâm sản", "G10-NN07", 5, 1, 0),
    Procedure("9.000017", "Cấp bản sao văn bằng từ sổ gốc", "G03-GD14", 1, 6, 3000),
    Procedure("9.000018", "Cấp giấy chứng nhận an toàn thực phẩm", "G18-YT01", 15, 5, 500000),
    Procedure("9.000019", "Cấp phép thi công trên đường bộ", "G04-GT01", 7, 3, 0),
    Procedure("9.000020", "Khai báo hoạt động cơ sở phô tô", "G14-TT11", 5, 1, 0),
    Procedure("1.004222", "Đăng ký thường trú", "G01-CA05", 7, 6, 20000),
    Procedure("9.000021", "Tiếp công dân tại cấp huyện", "G20-TH04", 10, 2, 0),
)


class Offer(NamedTuple):
    """How a procedure is offered: its level of service, online payment, several agencies at once."""

    level: str = "partial"  # information | partial | full
    is_integrated: bool = False
    is_joint: bool = False


OFFERS: dict[str, Offer] = {
    "1.001193": Offer("full", is_joint=True),
    "1.000894": Offer("information"),
    "1.000656": Offer("full", is_joint=True),
    "1.004873": Offer("full", is_integrated=True),
    "2.000635": Offer("full", is_integrated=True),
    "2.000815": Offer("partial", is_integrated=True),
    "2.000884": Offer("information"),
    "9.000001": Offer("full", is_integrated=True),
    "9.000002": Offer("partial", is_integrated=True),
    "9.000003": Offer("partial", is_integrated=True),
    "9.000004": Offer("partial", is_integrated=True, is_joint=True),
    "9.000005": Offer("partial", is_joint=True),
    "9.000006": Offer("information", is_joint=True),
    "9.000007": Offer("information"),
    "1.013225": Offer("full", is_integrated=True),
    "2.001610": Offer("full", is_integrated=True),
    "1.001612": Offer("full", is_integrated=True),
    "9.000012": Offer("information"),
    "9.000017": Offer("full", is_integrated=True),
    "1.004222": Offer("full", is_integrated=True, is_joint=True),
    "9.000021": Offer("information"),
}
"""Procedures that are offered otherwise than most (`Offer()`)."""
UNSTATED_LEVELS = frozenset({"9.000008", "9.000014", "9.000018"})
"""Procedures whose level the reference leaves blank, so that only exports tell it."""


def offer(code: str) -> Offer:
    """How the procedure of a code is offered."""
    return OFFERS.get(code, Offer())


COMMUNE_SECTORS = (
    "G15-TP07",
    "G15-TP03",
    "G07-LĐ03",
    "G07-LĐ09",
    "G13-TN02",
    "G16-VH08",
    "G01-CA05",
)

# Last part of a department's code in the demo -> its sectors and its size (1 = an average unit).
DEPARTMENTS: dict[str, tuple[tuple[str, ...], float]] = {
    "NOI-VU": (("G09-NV08", "G09-NV13"), 0.4),
    "TU-PHAP": (("G15-TP07", "G15-TP03", "G15-TP10"), 1.3),
    "TC-KH": (("G05-KD07", "G05-KD10"), 1.6),
    "KINH-TE": (("G02-CT11", "G10-NN07", "G05-KD10"), 0.6),
    "QLDT": (("G17-XD11", "G17-XD13", "G04-GT01"), 1.8),
    "TNMT": (("G13-TN02", "G13-TN09"), 1.5),
    "LDTBXH": (("G07-LĐ03", "G07-LĐ09", "G07-LĐ07"), 0.9),
    "VHTT": (("G16-VH08", "G14-TT11"), 0.3),
    "GDDT": (("G03-GD14",), 0.5),
    "Y-TE": (("G18-YT01",), 0.4),
    "THANH-TRA": (("G20-TH04",), 0.05),
    "VP": (("G20-TH04", "G15-TP03", "G01-CA05"), 0.3),
    "VPDKDD": (("G13-TN02", "G15-TP05"), 4.5),
}

FAMILY_NAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ")
MIDDLE_NAMES = ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh", "Quốc", "Thùy")
GIVEN_NAMES = (
    "An",
    "Bình",
    "Châu",
    "Dũng",
    "Đức",
    "Giang",
    "Hòa",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Phúc",
    "Quyên",
    "Sơn",
    "Thủy",
    "Vy",
)
STREETS = ("Trần Phú", "2 Tháng 4", "Lê Hồng Phong", "Thống Nhất", "Yersin", "Ngô Gia Tự")


def person(number: int) -> str:
    """A made-up name for a number: the same number always gives the same name."""
    family = FAMILY_NAMES[number % 10]
    middle = MIDDLE_NAMES[number // 10 % 8]
    return f"{family} {middle} {GIVEN_NAMES[number // 80 % 16]}"
