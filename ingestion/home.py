"""Where the warehouse keeps its files (design §3): one folder, readable by its owner only."""

from dataclasses import dataclass
from pathlib import Path

PRIVATE = 0o700
_FOLDERS = (
    "landing",
    "register",
    "raw",
    "build",
    "serving",
    "reports",
    "outbox",
    "quality",
    "runs",
    "publications",
    "closings",
    "notices",
)


@dataclass(frozen=True)
class Home:
    """The folders below one root; nothing is made until `create` is called."""

    root: Path

    @property
    def landing(self) -> Path:
        """Original bytes as received: ``<unit>/<period>/<sha256>/<file name>``."""
        return self.root / "landing"

    @property
    def register(self) -> Path:
        """Receipts and decisions, one log per period."""
        return self.root / "register"

    @property
    def raw(self) -> Path:
        """Decoded rows and manifests, one folder per period."""
        return self.root / "raw"

    @property
    def build(self) -> Path:
        """Build files that are not yet served."""
        return self.root / "build"

    @property
    def serving(self) -> Path:
        """The served database."""
        return self.root / "serving"

    @property
    def reports(self) -> Path:
        """Workbooks for the authority."""
        return self.root / "reports"

    @property
    def outbox(self) -> Path:
        """What goes back to each unit."""
        return self.root / "outbox"

    @property
    def quality(self) -> Path:
        """Results of the gates."""
        return self.root / "quality"

    @property
    def runs(self) -> Path:
        """What each run did."""
        return self.root / "runs"

    @property
    def publications(self) -> Path:
        """One record per publication."""
        return self.root / "publications"

    @property
    def closings(self) -> Path:
        """Signed months: ``<period>/vN/`` with frozen tables and lock, and the log of the month."""
        return self.root / "closings"

    @property
    def notices(self) -> Path:
        """What was told by mail: the last digest, a folder per day with its files, and each unit's last mail."""
        return self.root / "notices"

    def create(self) -> "Home":
        """Make every folder, for its owner only, and return this home."""
        self.root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for folder in _FOLDERS:
            private_folder(self.root / folder)
        return self


def private_folder(path: Path) -> Path:
    """Make ``path`` and its parents as 0700 folders (a folder that exists stays as it is)."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=PRIVATE, exist_ok=True)
    return path
