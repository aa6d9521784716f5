"""How a command's text becomes a process: which shell, with which arguments, and how it keeps its state.

The working directory and the exported variables are written by the shell itself, at its exit, to a file in the jail,
and read by the next command's shell. Nothing outside the jail ever reads that file. What ends without the shell's exit
trap (`exec`, SIGKILL, an EXIT trap of the command's own followed by `exit`) leaves the state as it was. The trap has a
price: a bash that has one, and gets a signal just before it starts a program, heeds it only when that has ended.
"""

import os
import re

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
TEXT_FD = 3
WHOLE = b"# whole\n"
"""The last line of a state file that was written to its end."""

RUN = f"IFS= read -r -d '' -u {TEXT_FD} __qd_run; eval \"$__qd_run\""
"""All that a list of processes shows of it."""

FIRST_TO_GO = "{ printf 1000 >/proc/self/oom_score_adj; } 2>/dev/null; "
"""Where memory runs out, the kernel ends what a command started and not what keeps the jail. Inherited by all of it."""

CLOSING = (
    '__qd_old=${OLDPWD-}; cd -- "$PWD" 2>/dev/null || { __qd_gone=$PWD; cd /workspace; }; OLDPWD=$__qd_old',
    WHOLE.decode().strip(),
)
TELL_GONE = (
    '[ -z "${__qd_gone-}" ] || '
    '{ printf \'%s is gone; this command starts in %s.\\n\' "$__qd_gone" "$PWD" >&2; unset -v __qd_gone; }'
)


class Start:
    """What to execute: one of `shells` with `data` open as descriptor 3."""

    __slots__ = ("arguments", "data", "environment", "shell")

    def __init__(self, shell: str, arguments: list[str], environment: dict[str, str], data: bytes) -> None:
        self.shell = shell
        self.arguments = arguments
        self.environment = environment
        self.data = data


def choose(shells: list[str]) -> str | None:
    return next((shell for shell in shells if os.access(shell, os.X_OK)), None)


def start(shell: str, text: bytes, variables: dict[str, str], state: str, saved: str) -> Start:
    """`variables` are the command's own and do not outlast it (in bash); `state` is read, `saved` written."""
    named = {name: value for name, value in variables.items() if NAME.match(name)}
    others = {name: value for name, value in variables.items() if name not in named}
    made = _bash if os.path.basename(shell) == "bash" else _sh  # noqa: PTH119 - pathlib costs the shim memory
    arguments, data = made(text, named, state, saved)
    return Start(shell, arguments, others, data)


def _bash(text: bytes, variables: dict[str, str], state: str, saved: str) -> tuple[list[str], bytes]:
    names = " ".join(variables)
    listing = "builtin export -p"
    setting = ""
    if variables:
        listing = f'( unset -v {names}; eval "$__qd_was"; builtin export -p )'
        setting = f"__qd_was=$(declare -p {names} 2>/dev/null); {_export(variables)}"
    save = _save(listing, saved, "builtin ")
    script = (
        f"{FIRST_TO_GO}[ ! -r {state} ] || . {state} 2>/dev/null; "
        f"IFS= read -r -d '' -u {TEXT_FD} __qd_set; IFS= read -r -d '' -u {TEXT_FD} __qd_text; exec {TEXT_FD}<&-; "
        f'{TELL_GONE}; eval "$__qd_set"; unset -v __qd_run __qd_set __qd_old; trap {quoted(save)} EXIT; '
        'eval "$__qd_text"'
    )
    return ["bash", "--norc", "--noprofile", "-c", RUN], b"\0".join((script.encode(), setting.encode(), text))


def _sh(text: bytes, variables: dict[str, str], state: str, saved: str) -> tuple[list[str], bytes]:
    save = _save("export -p", saved, "")
    script = (
        f"{FIRST_TO_GO}[ ! -r {state} ] || . {state} 2>/dev/null; {TELL_GONE}; "
        f"trap {quoted(save)} EXIT; . /dev/fd/{TEXT_FD} {TEXT_FD}<&{TEXT_FD}"
    )
    setting = f"exec {TEXT_FD}<&-; {_export(variables)}" if variables else f"exec {TEXT_FD}<&-"
    return ["sh", "-c", script], setting.encode() + b"\n" + text


def _export(variables: dict[str, str]) -> str:
    return "export " + " ".join(f"{name}={quoted(value)}" for name, value in variables.items())


def _save(listing: str, saved: str, builtin: str) -> str:
    closing = " ".join(map(quoted, CLOSING))
    # the trace is put off first, or `set -x` in a command would show this in its output
    return (
        "{ set +xe; } 2>/dev/null; "
        f"{{ {builtin}export PWD; {listing}; {builtin}printf '%s\\n' {closing}; }} >|{saved} 2>/dev/null"
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
