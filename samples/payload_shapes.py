"""The national sync payload: its fields under their own names, as text with tabs and as JSON."""

from __future__ import annotations

from samples.shape import Shape

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

LIEN_THONG_JSON = Shape(
    name="lien_thong_json",
    kind="json",
    uri="{year}/{month}/{unit}_{year}{month}.json",
    columns=(
        *LIEN_THONG_TAB.columns,
        ("DanhSachLePhi.TenPhiLePhi", "fee_name"),
        ("DanhSachLePhi.SoTien", "fee"),
        ("DuocThanhToanTrucTuyen", "paid_online"),
        ("HoSoCoThanhPhanSoHoa", "digitised"),
        ("DanhSachHoSoBoSung", "supplements"),
    ),
    statuses=LIEN_THONG_TAB.statuses,
    channels=LIEN_THONG_TAB.channels,
    encoding="utf-8",
    dates="compact",
    unit_text="code",
)
