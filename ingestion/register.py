"""Submissions: what the register and the manifests say of every file, computed and never edited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ingestion.holds import months_in_name, names_period, says_supplement
from ingestion.home import Home
from ingestion.manifest import (
    Columns,
    Decoded,
    HasDigest,
    Message,
    StatedTotal,
    decode_key,
    read_manifest,
)
from ingestion.messages import text
from ingestion.periods import parse_period
from ingestion.receipts import (
    MODES,
    VERDICTS,
    Decision,
    Mode,
    Receipt,
    Register,
    RegisterError,
    append_receipt,
    now,
    read_register,
    write_decision,
)
from ingestion.registers.definitions import load_registers
from ingestion.site import Site
from ingestion.sources import Feed

__all__ = [
    "RegisterError",
    "Submission",
    "append_decision",
    "append_receipt",
    "read_submissions",
]

Choice = TypeVar("Choice", bound=str)
Status = Literal["accepted", "rejected", "held", "received"]
_REPLACEMENT_FLOOR = 0.8
"""A replacement with a smaller share of the earlier rows is held (design §3)."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One file and what became of it.

    ``period`` and ``mode`` are those of the last decision, if one changed them; ``receipt_seq``
    orders the files of that period. ``status``: ``received`` means not read yet.
    """

    submission_id: str
    receipt_seq: int
    unit_code: str
    feed: Feed
    period: str
    mode: Mode
    uri: str
    file_name: str
    bytes: int
    sha256: str
    pulled_at: str
    status: Status
    decode_id: str
    hold_reasons: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    layout: str | None = None
    batch_path: str | None = None
    rows_read: int = 0
    rows_ignored: int = 0
    rows_data: int = 0
    stated_total: int | None = None
    export_kind: str | None = None
    absent: tuple[str, ...] = ()
    columns: Columns = field(default_factory=dict)
    stated_totals: tuple[StatedTotal, ...] = ()
    date_system: int = 1900
    is_unread: bool = False
    """Not read yet, or only by a reader of ours that broke down."""


def append_decision(  # noqa: PLR0913 - what a decision holds
    site: Site,
    home: Home,
    submission_id: str,
    verdict: str,
    *,
    by: str,
    reason: str,
    period: str | None = None,
    mode: str | None = None,
) -> Decision:
    """Append a person's decision on a submission; the last decision on a submission stands.

    Raises `RegisterError` (Vietnamese) for an unknown submission, verdict, mode or empty reason.
    """
    receipt = read_register(home).receipts.get(submission_id)
    if receipt is None:
        raise RegisterError(text("intake.unknown_submission", submission=submission_id))
    if verdict not in VERDICTS or mode not in (None, *MODES):
        raise RegisterError(text("intake.bad_verdict"))
    if not by.strip() or not reason.strip():
        raise RegisterError(text("intake.decision_needs_reason"))
    if (
        period is not None
        and site.source_for(receipt.unit, parse_period(period), receipt.feed) is None
    ):
        raise RegisterError(text("intake.not_asked", unit=receipt.unit, period=period))
    decision = Decision(
        submission_id=submission_id,
        verdict=_one_of(verdict, VERDICTS),
        period=period,
        mode=_one_of(mode, MODES) if mode else None,
        by=by.strip(),
        reason=reason.strip(),
        decided_at=now(),
    )
    write_decision(home, receipt, decision)
    return decision


def _one_of(value: str, choices: tuple[Choice, ...]) -> Choice:
    return next(choice for choice in choices if choice == value)


def read_submissions(site: Site, home: Home) -> list[Submission]:
    """Return every submission, by period and order of receipt, with its status."""
    register = read_register(home)
    periods = {receipt.period for receipt in register.receipts.values()}
    manifests = {period: read_manifest(home, period) for period in sorted(periods)}
    drafts = [
        _draft(site, register, receipt, manifests[receipt.period])
        for receipt in register.receipts.values()
    ]
    # Which of two files came first is known across periods only by the clock.
    drafts.sort(key=lambda draft: (draft.receipt.pulled_at, draft.period, draft.seq))
    _settle(drafts)
    drafts.sort(key=lambda draft: (draft.period, draft.seq))
    return [_submission(draft) for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """A submission whose status is still being worked out."""

    receipt: Receipt
    decision: Decision | None
    period: str
    mode: Mode
    seq: int
    decode_id: str
    decoded: Decoded | None
    status: Status = "received"
    reasons: list[str] = field(default_factory=list)


def _draft(
    site: Site, register: Register, receipt: Receipt, manifest: dict[str, Decoded]
) -> _Draft:
    decision = register.decisions.get(receipt.submission_id)
    period, mode = receipt.period, receipt.mode
    if decision and decision.verdict == "accept":
        period, mode = decision.period or period, decision.mode or mode
    layouts = site.layouts_for(receipt.unit, period)
    decided_by: Sequence[HasDigest] = layouts
    # Where the month chooses the sheet, a decision that changes it has the file read again.
    month = period if any(layout.sheet == "month" for layout in layouts) else None
    known_units = site.units_like_people
    if receipt.feed == "registers":
        decided_by, month, known_units = (load_registers(),), None, frozenset()
    decode_id = decode_key(receipt.submission_id, receipt.sha256, decided_by, month, known_units)
    return _Draft(
        receipt=receipt,
        decision=decision,
        period=period,
        mode=mode,
        seq=register.places[receipt.submission_id, period],
        decode_id=decode_id,
        decoded=manifest.get(decode_id),
    )


def _settle(drafts: list[_Draft]) -> None:
    """Give each draft its status; only files that were accepted before it count against it."""
    seen: dict[str, _Draft] = {}
    standing: dict[tuple[str, str, str], int] = {}
    for draft in drafts:
        decoded, decision = draft.decoded, draft.decision
        place = (draft.receipt.unit, draft.receipt.feed, draft.period)
        if decoded is None:  # refused ones too: the ledger says of each file how it was read
            continue
        if decoded.outcome != "decoded" or (decision and decision.verdict == "refuse"):
            draft.status = "rejected"
            continue
        if not decision:
            twin = seen.get(draft.receipt.sha256)
            draft.reasons = _reasons(draft, decoded, twin, standing.get(place, 0))
        draft.status = "held" if draft.reasons else "accepted"
        # An empty template may well be sent every month, by every unit.
        if draft.status == "accepted" and decoded.rows_data:
            seen.setdefault(draft.receipt.sha256, draft)
            # What a later replacement would displace: the last one and all that was added to it.
            kept = 0 if draft.mode == "replace" else standing.get(place, 0)
            standing[place] = kept + decoded.rows_data


def _reasons(draft: _Draft, decoded: Decoded, twin: _Draft | None, before: int) -> list[str]:
    """Return why a person must look at a readable file before it counts (Vietnamese).

    ``before``: rows of the files that it would displace.
    """
    name, period = draft.receipt.file_name, draft.period
    reasons = []
    if draft.mode == "replace" and (says_supplement(name) or decoded.is_title_supplement):
        reasons.append(text("intake.hold_supplement"))
    for where, months in (("name", months_in_name(name)), ("title", set(decoded.title_periods))):
        if months and not names_period(months, period):
            found = ", ".join(sorted(months))
            reasons.append(text(f"intake.hold_{where}_period", found=found, period=period))
    if decoded.title_units and draft.receipt.unit not in decoded.title_units:
        found = ", ".join(decoded.title_units)
        reasons.append(text("register.hold_unit", found=found, unit=draft.receipt.unit))
    if twin and twin.period != period:
        reasons.append(
            text(
                "intake.hold_same_bytes",
                submission=twin.receipt.submission_id,
                unit=twin.receipt.unit,
                period=twin.period,
            )
        )
    if draft.mode == "replace" and decoded.rows_data < _REPLACEMENT_FLOOR * before:
        reasons.append(text("intake.hold_fewer_rows", rows=decoded.rows_data, before=before))
    return reasons


def _submission(draft: _Draft) -> Submission:
    receipt, decoded, decision = draft.receipt, draft.decoded, draft.decision
    messages = decoded.messages if decoded else ()
    if decision and decision.verdict == "refuse":
        said = text("intake.refused", by=decision.by, reason=decision.reason)
        messages = (*messages, Message(code="refused", text=said))
    read = decoded or Decoded(draft.decode_id, receipt.submission_id, "decoded")
    return Submission(
        submission_id=receipt.submission_id,
        receipt_seq=draft.seq,
        unit_code=receipt.unit,
        feed=receipt.feed,
        period=draft.period,
        mode=draft.mode,
        uri=receipt.uri,
        file_name=receipt.file_name,
        bytes=receipt.bytes,
        sha256=receipt.sha256,
        pulled_at=receipt.pulled_at,
        status=draft.status,
        decode_id=draft.decode_id,
        hold_reasons=tuple(draft.reasons),
        messages=messages,
        layout=read.layout,
        batch_path=f"raw/period={receipt.period}/{read.batch}" if read.batch else None,
        rows_read=read.rows_read,
        rows_ignored=read.rows_ignored,
        rows_data=read.rows_data,
        stated_total=read.stated_total,
        export_kind=read.export_kind,
        absent=read.absent,
        columns=read.columns,
        stated_totals=read.stated_totals,
        date_system=read.date_system,
        is_unread=decoded is None or decoded.outcome == "failed",
    )
