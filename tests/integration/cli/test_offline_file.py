"""The file of what is known and waits, written by several processes at once."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from quarterdeck_cli.offline import database
from quarterdeck_cli.offline.changes import Changes
from quarterdeck_cli.offline.memory import MOST, Memory
from quarterdeck_cli.offline.nodes import Node

WRITERS = 4
EACH = 25
WRITER = """
import sys
from pathlib import Path
from quarterdeck_cli.offline.changes import Changes
from quarterdeck_cli.offline.memory import Memory
from quarterdeck_cli.offline.nodes import Node

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
memory, changes = Memory(path), Changes(path)
for each in range(count):
    node = Node(kind="Task", id=f"{name}-{each}", project_id="p", state="OPEN", place=f"{each:012}", node={"id": each})
    memory.keep([node])
    made = changes.add(
        key=f"{name}-{each}", document="create_task", asked={"projectId": "p", "title": name}, said=name, was={},
        attempted=False,
    )
    print(made.number, made.task)
"""


def task(number: int) -> Node:
    return Node(kind="Task", id=f"t{number}", project_id="p", state="OPEN", place=f"{number:012}", node={"n": number})


def test_processes_that_write_at_once_lose_nothing_and_name_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / "offline" / "x.sqlite"
    words = [sys.executable, "-c", WRITER, str(path)]
    writers = [
        subprocess.Popen([*words, f"w{number}", str(EACH)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(WRITERS)
    ]
    told = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS, told
    made = [tuple(line.split()) for out, _ in told for line in out.splitlines()]
    assert sorted(int(number) for number, _ in made) == list(range(1, WRITERS * EACH + 1))
    assert {name for _, name in made} == {f"new-{number}" for number in range(1, WRITERS * EACH + 1)}
    assert len(Changes(path).all()) == WRITERS * EACH
    assert len(Memory(path).nodes("Task", "p")) == WRITERS * EACH


def test_another_layout_costs_the_cache_and_no_change(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    Memory(path).keep([task(1)])
    Changes(path).add(
        key="k", document="note_task_progress", asked={"taskId": "t1"}, said="note", was={}, attempted=False
    )
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert Memory(path).nodes("Task") == []
    assert [each.said for each in Changes(path).all()] == ["note"]
    with closing(database.opened(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (database.CACHE_VERSION,)


def test_the_oldest_make_room_and_nothing_is_kept_for_ever(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "x.sqlite")
    memory.keep([task(number) for number in range(100)], now=1.0)
    memory.keep([task(number) for number in range(100, MOST["Task"] + 50)], now=2.0)
    assert len(memory.nodes("Task")) == MOST["Task"]
    assert memory.seen_at("Task", "t0") is None
    memory.keep([task(1)], now=1e9)
    assert [each["n"] for each in memory.nodes("Task")] == [1]
