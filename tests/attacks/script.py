"""An attack: a small script that says in its header what it tries, and in its last line how that went.

`# name:`, `# tries:` and `# expect:` (fails, absent, bounded) are for people and for the table in docs/security.md.
`# control:` says where the same script must succeed, so that it could: `user` (outside of a jail, as the jail's user),
`root` (outside, as root, in namespaces that end with it), `naive` (a host that reads without care, for the attacks on
it), or `none: reason`. Further lines: `# terminal: yes`; `# jail: own` (it could spoil others' jail); `# ends: the
jail` or `the command`; `# leaves: a daemon`; `# network: host` (its control needs the host's);
`# limit: memory` (the limit that it tries, where a host may have nobody to keep it);
`# gap: gvisor` (a driver that does not hold it, as docs/security.md says).
"""

import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
HOST = "host"
"""The kind of attacks that are not over when the script is: a host reads what it wrote."""
FIELD = re.compile(r"# (\w+): (.+)")
VERDICT = re.compile(r"^(held|breach|untried): ?(.*)$", re.MULTILINE)
PROGRAMS = {".sh": "sh", ".pl": "perl"}
END = "END_OF_ATTACK"


class Expectation(Enum):
    FAILS = "fails"
    ABSENT = "absent"
    BOUNDED = "bounded"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    word: str
    """`held`, `breach` or `untried`."""
    said: str


@dataclass(frozen=True, kw_only=True)
class Script:
    path: Path
    name: str
    tries: str
    expect: Expectation
    control: str
    further: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def kind(self) -> str:
        return self.path.parent.name

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.path.stem}"

    @property
    def program(self) -> str:
        return PROGRAMS[self.path.suffix]

    @property
    def own_jail(self) -> bool:
        return self.further.get("jail") == "own"

    @property
    def in_terminal(self) -> bool:
        return "terminal" in self.further

    @property
    def ends(self) -> str:
        """What the script may take with it: the jail, the command, or nothing."""
        return self.further.get("ends", "nothing")

    def is_gap_of(self, driver_name: str) -> bool:
        """Whether a driver is known not to hold this one; docs/security.md says so."""
        return self.further.get("gap") == driver_name

    @property
    def leaves_daemon(self) -> bool:
        return "leaves" in self.further

    @property
    def source(self) -> str:
        """The whole script, with the few functions that all of them use."""
        prelude = HERE / f"prelude{self.path.suffix}"
        return prelude.read_text() + self.path.read_text()

    @property
    def as_command(self) -> str:
        """The text of a command that runs it."""
        return f"{self.program} - <<'{END}'\n{self.source}\n{END}\n"


def load(path: Path) -> Script:
    """Raises where a script's header lacks something."""
    head = re.match(r"(?:# .*\n)+", path.read_text())
    found = dict(FIELD.findall(head.group() if head else ""))
    return Script(
        path=path,
        name=found.pop("name"),
        tries=found.pop("tries"),
        expect=Expectation(found.pop("expect")),
        control=found.pop("control"),
        further=found,
    )


def everything() -> list[Script]:
    return [load(path) for path in sorted(SCRIPTS.glob("*/*")) if path.suffix in PROGRAMS]


def verdict(printed: str) -> Verdict | None:
    """What the script's last word was; None where it did not come to one."""
    found = VERDICT.findall(printed.replace("\r", ""))
    return Verdict(word=found[-1][0], said=found[-1][1]) if found else None
