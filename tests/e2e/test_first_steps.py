"""What the README promises, typed as it stands there."""

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import psutil
import pytest
from tests.support.product import Product
from tests.support.waiting import eventually

from quarterdeck.adapters.git.removal import remove_tree
from quarterdeck.host.privileges import rights_of
from quarterdeck.host.roles import ROLES
from quarterdeck_cli import ids

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_command_prints_here_what_it_prints_in_the_jail(product: Product) -> None:
    done = product.qd("run", "-p", "deck", "--", "git log --oneline | wc -l; ls; echo oops >&2; exit 3")

    assert done.stdout.decode().split() == ["1", "README.md", "src"], done.stderr.decode()
    assert b"oops" in done.stderr
    assert done.returncode == 3, done.stderr.decode()


async def test_words_are_passed_on_as_they_are(product: Product) -> None:
    done = product.qd("run", "-p", "deck", "--", "printf", "%s|", "a b", "$HOME", "*")

    assert done.stdout == b"a b|$HOME|*|", done.stderr.decode()


async def test_a_session_keeps_its_files_folder_variables_and_background_processes(product: Product) -> None:
    opened = product.ask("session", "open", "-p", "deck")
    session = opened["id"]

    def run(text: str) -> str:
        done = product.qd("run", "-s", session, "--", text)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    run("cd src; export COLOUR=teal; echo new > made.txt; nohup sleep 987 >/dev/null 2>&1 &")

    assert run("pwd") == "/workspace/src"
    assert run("echo $COLOUR") == "teal"
    assert run("cat made.txt") == "new"
    assert run("pgrep -fc 'sleep 987' || true") in {"1", "2"}
    assert run("git status --porcelain") == "?? src/made.txt" or run("git status --porcelain") == "?? made.txt"
    assert product.qd("session", "close", session).returncode == 0


async def test_the_repository_itself_is_untouched(product: Product) -> None:
    product.qd("run", "-p", "deck", "--", "rm -rf src README.md; git commit -qam gone; echo done")

    assert (product.home / "deck" / "README.md").read_text() == "# deck\n"


async def test_input_from_a_pipe_reaches_the_command(product: Product) -> None:
    done = product.qd("run", "-p", "deck", "--", "tr a-z A-Z", stdin=b"ahoy\n")

    assert done.stdout == b"AHOY\n", done.stderr.decode()


async def test_a_file_is_written_from_outside_while_a_command_runs_and_never_over_anothers_change(
    product: Product,
) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    command = product.qd("run", "-s", session, "--background", "--", "until grep -q go src/go; do sleep 0.05; done")
    (product.home / "go").write_bytes(b"go\n")

    written = product.ask("file", "put", str(product.home / "go"), "src/go", "-s", session)
    waited = product.qd("attach", command.stdout.decode().strip())
    product.qd("run", "-s", session, "--", "echo theirs > src/go; ln -s /etc/passwd way")
    refused = product.qd("file", "put", str(product.home / "go"), "src/go", "-s", session)
    by_a_link = product.qd("file", "put", str(product.home / "go"), "way", "-s", session, "--force")

    assert written["changed"] is True
    assert waited.returncode == 0, waited.stderr.decode()
    assert (refused.returncode, b"--force" in refused.stderr) == (75, True)
    assert by_a_link.returncode == 2, by_a_link.stderr.decode()
    assert product.qd("file", "cat", "src/go", "-s", session).stdout == b"theirs\n"
    assert "written by" in product.qd("session", "snapshots", session).stdout.decode()
    assert product.qd("session", "close", session).returncode == 0


async def test_every_byte_survives(product: Product) -> None:
    done = product.qd("run", "-p", "deck", "--", "printf '\\000\\377\\376a\\303'; head -c 300000 /dev/zero")

    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b"\x00\xff\xfea\xc3" + b"\0" * 300_000, done.stderr.decode()


async def test_a_command_that_takes_too_long_is_ended_with_all_it_started(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]

    done = product.qd("run", "-s", session, "--timeout", "1", "--", "setsid sleep 986 & sleep 985")
    left = product.qd("run", "-s", session, "--", "pgrep -f 'sleep 98[56]' | wc -l")

    assert done.returncode == 124, done.stderr.decode()
    assert left.stdout.strip() == b"0"


async def test_a_recording_is_replayed_and_exported(product: Product) -> None:
    done = product.qd("run", "-p", "deck", "--json", "--", "echo ahoy; sleep 0.2; echo again")
    command = _last_command(done.stdout)

    replayed = product.qd("replay", command, "--speed", "100")
    cast = product.qd("export", command, "--format", "asciicast")
    raw = product.qd("export", command, "--format", "raw")

    assert b"ahoy" in replayed.stdout
    header, *events = [json.loads(line) for line in cast.stdout.splitlines()]
    assert header["version"] == 2
    assert "".join(event[2] for event in events if event[1] == "o").replace("\r\n", "\n") == "ahoy\nagain\n"
    assert raw.stdout == b"ahoy\nagain\n"


async def test_what_changed_is_shown_also_when_the_session_has_ended_and_its_host_has_nothing_more(
    product: Product,
) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    text = "echo '# ship' > README.md; mkdir new; printf '\\0' > new/bin; touch new/empty"
    command = _last_command(product.qd("run", "-s", session, "--json", "--", text).stdout)

    diff = product.qd("diff", command)
    blame = product.ask("session", "blame", session, "README.md")

    assert diff.stdout.decode().splitlines() == [
        "modified: README.md  +1 -1",
        "@@ -1,1 +1,1 @@",
        "-# deck",
        "+# ship",
        "added: new/bin",
        "binary: - → 1 B",
        "added: new/empty",
    ]
    assert [each["snapshot"]["command"]["id"] for each in blame["ranges"]] == [command]
    assert product.qd("session", "close", session).returncode == 0

    store = product.data / f"worker/trees/{ids.uuid_of(session)}.git"
    await eventually((store / "quarterdeck-finished").exists, within=30)
    remove_tree(store)

    assert product.qd("diff", command).stdout == diff.stdout
    assert product.qd("session", "cat", session, "README.md").stdout == b"# ship\n"
    assert [entry["name"] for entry in product.ask("session", "tree", session, "new")] == ["bin", "empty"]


def printed(product: Product, *words: str | Path) -> str:
    """What a program of the system prints, run by the product's user."""
    other = product.account.uid != os.geteuid()
    done = subprocess.run(
        words,
        cwd=product.home,
        env={"PATH": os.environ["PATH"], "HOME": str(product.home)},
        stdout=subprocess.PIPE,
        check=True,
        user=product.account.uid if other else None,
        group=product.account.gid if other else None,
    )
    return done.stdout.decode()


async def test_a_sessions_files_are_taken_out_in_every_form_and_compared_with_its_forks(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck")["id"]
    text = "echo '# ship' > README.md; ln -s /etc/passwd link; printf '\\0\\1' > ./-bin; mv src 'a b'; chmod +x ./-bin"
    product.qd("run", "-s", session, "--", text)
    fork = product.ask("session", "fork", session)["id"]
    product.qd("run", "-s", fork, "--", "echo '# boat' > README.md")

    compared = product.qd("session", "compare", session, fork)
    branch = product.ask("workspace", "export", fork, "--format", "branch", "--branch", "review/boat")
    tar = product.qd("workspace", "export", session, "--format", "tar")
    patch = product.ask("workspace", "export", session, "--format", "patch", "-o", str(product.home / "ship.patch"))

    repository = product.home / "deck"
    assert compared.stdout.decode().splitlines()[-2:] == ["-# ship", "+# boat"]
    assert b"what the other one was forked from" in compared.stderr
    assert printed(product, "git", "-C", repository, "show", "review/boat:README.md") == "# boat\n"
    assert printed(product, "git", "-C", repository, "rev-parse", "review/boat").strip() == branch["commit"]
    assert printed(product, "git", "-C", repository, "status", "--porcelain") == ""
    assert printed(product, "git", "-C", repository, "branch", "--show-current") == "main\n"
    with tarfile.open(fileobj=io.BytesIO(tar.stdout)) as archive:
        names = {entry.name.partition("/")[2]: entry for entry in archive.getmembers()}
    assert (names["link"].linkname, names["-bin"].size) == ("/etc/passwd", 2)
    clone = product.home / "clone"
    printed(product, "git", "clone", "-q", repository, clone)
    printed(product, "git", "-C", clone, "apply", "--index", product.home / "ship.patch")
    assert printed(product, "git", "-C", clone, "write-tree").strip() == patch["tree"]
    events = product.qd("events", "list", "-s", session).stdout.decode()
    assert events.count("WorkspaceExported") == 2
    for each in (session, fork):
        product.qd("session", "close", each)


async def test_the_log_verifies_by_a_key_that_was_noted(product: Product) -> None:
    async def key() -> str:
        return product.qd("audit", "keys").stdout.decode().strip()

    done = product.qd("audit", "verify", "--key", await eventually(key, within=30))

    assert done.returncode == 0, done.stderr.decode()
    assert b"intact" in done.stdout
    assert list((product.data / "checkpoints").rglob("*.note"))


async def test_a_bundle_has_what_was_printed(product: Product) -> None:
    assert product.qd("run", "-p", "deck", "--", "seq 20000").returncode == 0
    bundle = str(product.data / "record.tar.zst")
    assert product.qd("audit", "export", "--all", bundle).returncode == 0

    checked = product.ask("audit", "verify", "--bundle", bundle)

    assert checked["intact"]
    assert checked["bundle"]["transcripts"] > 0


async def test_a_session_is_replayed_on_the_server_as_off_line(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "replayed")["id"]
    assert product.qd("run", "-s", session, "--", "echo two > made.txt; echo one; false").returncode == 1
    bundle = str(product.data / "session.tar.zst")
    assert product.qd("audit", "export", "-s", session, bundle).returncode == 0

    offline = product.qd("audit", "replay", "--bundle", bundle, "--json").stdout
    assert offline
    assert product.qd("audit", "replay", session, "--json").stdout.startswith(offline)
    state = product.ask("audit", "replay", session, "--at", "c1")
    assert state == product.ask("audit", "replay", "--bundle", bundle, "--at", "c1")
    changed = product.ask("audit", "replay", session, "--diff", "start", "end")
    assert changed["files"] == {"made.txt": "added"}
    assert [each["path"] for each in changed["contents"]] == ["made.txt"]
    assert product.ask("audit", "replay", "--bundle", bundle, "--diff", "start", "end")["contents"] is None

    assert product.qd("audit", "export", "-s", session, f"{bundle}.files", "--with-files").returncode == 0
    off = ("audit", "replay", "--bundle", f"{bundle}.files")
    assert product.ask(*off, "--diff", "start", "end")["contents"] == changed["contents"]
    for record in (off, ("audit", "replay", session)):
        assert product.qd(*record, "--file", "made.txt").stdout == b"two\n"
        assert b"no 'made.txt'" in product.qd(*record, "--file", "made.txt", "--at", "c1").stderr
    product.qd("session", "close", session)


async def test_a_session_is_taken_out_of_the_log_and_proven_checked_and_told(product: Product) -> None:
    session = product.ask("session", "open", "-p", "deck", "--title", "For the auditors")["id"]
    assert product.qd("run", "-s", session, "--", "echo printed > made.txt; cat made.txt").returncode == 0
    assert product.qd("session", "close", session).returncode == 0
    bundle, page = str(product.data / "audited.tar.zst"), product.data / "audited.html"

    exported = product.qd("audit", "export", "-s", session, bundle, "--with-files")
    assert exported.returncode == 0, exported.stderr.decode()
    checked = product.ask("audit", "verify", "--bundle", bundle)
    snapshots = product.ask("audit", "snapshots", session)
    written = product.ask("audit", "report", session, "-o", str(page))
    product.qd("audit", "report", "--bundle", bundle, "-o", f"{page}.off")
    forms = [
        product.qd("audit", "export", f"{bundle}.{form}", "--format", form, "--bundle", bundle)
        for form in ("jsonl", "cloudevents", "asciicast", "atif")
    ]

    assert checked["intact"]
    assert checked["bundle"]["proof"]["events"] + checked["bundle"]["proof"]["later"] == checked["checked"]
    assert snapshots["checked"] == snapshots["named"] == checked["bundle"]["files"]["whole"] > 1
    assert (written["intact"], written["commands"]) == (True, 1)
    off_line = Path(f"{page}.off").read_text("utf-8")
    assert "snapshots of files are what their names in the record say" in off_line
    for content in (page.read_text("utf-8"), off_line):
        assert all(told in content for told in ("For the auditors", "printed", "made.txt", 'class="added"'))
    assert [form.returncode for form in forms] == [0, 0, 0, 0]


async def test_nothing_secret_is_in_logs_or_process_lists(product: Product) -> None:
    issued = product.ask("token", "issue", "ci", "--scope", "session:read")
    secret = issued["secret"]
    database = json.loads((product.data / "run" / "settings" / "gateway.json").read_text())["database_url"]
    password = database.split(":")[2].split("@")[0]

    logged = product.logs()
    arguments = " ".join(" ".join(process.cmdline()) for process in product.processes())

    for hidden in (secret, secret[-20:], password):
        assert hidden not in logged
        assert hidden not in arguments


async def test_a_token_without_the_scope_may_not(product: Product) -> None:
    issued = product.ask("token", "issue", "reader", "--scope", "project:read", "--scope", "session:read")
    (product.config / "contexts.json").rename(product.config / "kept.json")
    try:
        limited = _with_token(product, issued["secret"], "session", "open", "-p", "deck")
        nobody = _with_token(product, "qd_" + "0" * 32 + "_" + "A" * 43, "project", "list")
    finally:
        (product.config / "kept.json").rename(product.config / "contexts.json")

    assert limited.returncode == 77
    assert nobody.returncode == 77


def _with_token(product: Product, token: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    process = product.popen(
        ("qd", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        more={"QD_URL": f"http://127.0.0.1:{product.port}", "QD_TOKEN": token},
    )
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def _last_command(printed: bytes) -> str:
    found = [json.loads(line) for line in printed.splitlines() if line.startswith(b"{")]
    return str(next(entry["command"]["id"] if "command" in entry else entry["id"] for entry in reversed(found)))


async def test_as_root_only_the_worker_keeps_its_privileges(product: Product) -> None:
    if product.account.uid != 0:
        pytest.skip("an ordinary user has none to drop")

    for part in ("postgres", "nats", "zygote", "gateway", "projector", "conductor"):
        rights = rights_of(product.pid_of(part))
        assert rights.uid != 0, part
        assert rights.effective_capabilities == 0, part


async def test_each_role_is_a_process_that_its_command_line_names(product: Product) -> None:
    lines = {role: " ".join(psutil.Process(product.pid_of(role)).cmdline()).rstrip() for role in ROLES}
    assert {role: line.partition(" -m ")[2] for role, line in lines.items()} == {
        role: f"quarterdeck serve {role}" for role in ROLES
    }
