"""A project's task file and the log are brought together: nothing is lost, nothing doubled, and then it is quiet."""

import asyncio
from typing import Any

import pytest
from tests.support.task_harbour import BRANCH, SOURCE, Harbour

from quarterdeck.application.task_synchronizing import TaskSynchronizer
from quarterdeck.domain.base import ActorKind
from quarterdeck.domain.errors import ConflictError, QuarterdeckError
from quarterdeck.domain.task_conflicts import Choice, TaskConflictFound, TaskConflictResolved
from quarterdeck.domain.task_events import TaskEdited, TaskStatus
from quarterdeck.domain.task_fields import TaskChanges
from quarterdeck.domain.task_file_settings import DEFAULT_PATH, ConflictRule


@pytest.fixture
async def harbour() -> Harbour:
    return await Harbour().open("# Tasks\n\n- [ ] Paint the mast #hull\n- [x] Caulk the hull\n")


async def test_items_of_the_file_become_tasks_by_their_author_and_get_ids(harbour: Harbour) -> None:
    await harbour.synchronize()

    assert (await harbour.task(1)).fields.labels == ("hull",)
    assert (await harbour.task(2)).status is TaskStatus.DONE
    assert harbour.text == "# Tasks\n\n- [ ] **T-1** Paint the mast #hull\n- [x] **T-2** Caulk the hull\n"
    created = (await harbour.logged(1))[0].envelope
    assert (created.actor.kind, created.actor.id) == (ActorKind.AUTHOR, "Ada <ada@example.invalid>")
    assert created.causation_id == f"commit:{harbour.store.branches[SOURCE, BRANCH][0].name}"
    await harbour.check_quiet()


async def test_tasks_of_the_log_go_to_the_file_also_where_there_is_none_yet() -> None:
    harbour = await Harbour().open(None)
    await harbour.add("Sew a sail", labels=("sails",))
    await harbour.synchronize()
    assert harbour.text == "- [ ] **T-1** Sew a sail #sails\n"
    await harbour.check_quiet()


async def test_edits_on_both_sides_are_merged_field_by_field(harbour: Harbour) -> None:
    await harbour.synchronize()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Paint the mast white"))
    await harbour.tasks.note(harbour.by(harbour.bo), harbour.id(1), "Paint is bought.")
    harbour.rewrite("#hull", "#hull @bo !high")
    await harbour.synchronize()

    found = await harbour.task(1)
    assert (found.fields.title, found.fields.priority, found.owner_id) == ("Paint the mast white", "high", harbour.bo)
    assert "**T-1** Paint the mast white #hull @bo !high\n" in harbour.text
    assert "@bo: Paint is bought." in harbour.text
    await harbour.check_quiet()


async def test_each_change_is_by_the_author_of_the_commit_that_brought_it(harbour: Harbour) -> None:
    await harbour.synchronize()
    first = harbour.rewrite("Paint the mast", "Paint the mizzen", author="Cy <cy@x>")
    harbour.rewrite("#hull", "#hull !low", author="Dee <dee@x>")
    await harbour.synchronize()

    edited = [(each.event, each.envelope) for each in (await harbour.logged(1))[1:]]
    by = {str(event.changes.given): envelope for event, envelope in edited if isinstance(event, TaskEdited)}
    assert len(by) == len(edited)
    assert by["{'title': 'Paint the mizzen'}"].actor.id == "Cy <cy@x>"
    assert by["{'title': 'Paint the mizzen'}"].causation_id == f"commit:{first}"
    assert [each.actor.id for told, each in by.items() if "priority" in told] == ["Dee <dee@x>"]


async def test_a_field_that_both_changed_is_a_conflict_and_both_values_stay(harbour: Harbour) -> None:
    await harbour.synchronize()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    harbour.rewrite("Paint the mast", "Tar the mast")
    await harbour.synchronize()

    found = await harbour.task(1)
    assert found.fields.title == "Oil the mast"
    assert "Tar the mast" in harbour.text
    assert list(found.conflicts.values()) == [
        TaskConflictFound(field="title", base="Paint the mast", file="Tar the mast", log="Oil the mast")
    ]
    await harbour.check_quiet()

    harbour.rewrite("Tar the mast", "Oil the mast")
    await harbour.synchronize()
    assert (await harbour.task(1)).conflicts == {}
    await harbour.check_quiet()


@pytest.mark.parametrize(("rule", "title"), [(ConflictRule.FILE, "Tar the mast"), (ConflictRule.LOG, "Oil the mast")])
async def test_a_rule_decides_conflicts_by_itself(harbour: Harbour, rule: ConflictRule, title: str) -> None:
    await harbour.set(conflicts=rule)
    await harbour.synchronize()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    harbour.rewrite("Paint the mast", "Tar the mast")
    await harbour.synchronize()

    assert (await harbour.task(1)).fields.title == title
    assert f"**T-1** {title}" in harbour.text
    resolved = [e.event for e in await harbour.logged(1) if isinstance(e.event, TaskConflictResolved)]
    assert resolved == [TaskConflictResolved(field="title", choice=Choice(rule.value), by_rule=True)]
    await harbour.check_quiet()


async def test_what_the_log_does_not_take_stays_in_the_file_and_is_told(harbour: Harbour) -> None:
    await harbour.synchronize()
    harbour.rewrite("#hull", "#hull @zoe needs:T-99 status:claimed")
    await harbour.synchronize()

    found = await harbour.task(1)
    assert (found.owner_id, found.status, found.fields.dependencies) == (None, TaskStatus.OPEN, ())
    assert "@zoe needs:T-99 status:claimed" in harbour.text
    told = (await harbour.record()).findings
    assert len(told) == 3
    assert "Nobody called 'zoe'" in " ".join(each.message for each in told)
    assert {(each.line, each.number) for each in told} == {(3, 1)}
    await harbour.check_quiet()


async def test_a_task_that_is_taken_out_is_dropped_and_one_held_by_another_is_not(harbour: Harbour) -> None:
    await harbour.add("Sew a sail")
    await harbour.tasks.claim(harbour.by(harbour.bo), harbour.id(1))
    await harbour.synchronize()
    harbour.write("# Tasks\n")
    await harbour.synchronize()
    assert (await harbour.task(1)).status is TaskStatus.CLAIMED
    assert (await harbour.task(2)).status is TaskStatus.DROPPED
    assert "bo holds" in (await harbour.record()).findings[0].message


async def test_a_file_that_has_gone_drops_nothing_until_somebody_says_so(harbour: Harbour) -> None:
    await harbour.synchronize()
    harbour.store.edit(SOURCE, BRANCH, {"README": b""})
    with pytest.raises(ConflictError, match="is not on the branch any more"):
        await harbour.synchronize()
    assert (await harbour.task(1)).status is TaskStatus.OPEN


async def test_a_renamed_file_keeps_its_tasks_when_its_new_name_is_set(harbour: Harbour) -> None:
    await harbour.synchronize()
    harbour.store.edit(SOURCE, BRANCH, {"TODO.md": harbour.text.encode()})
    await harbour.set(paths=("TODO.md",))
    await harbour.synchronize()
    assert await harbour.count() == 2
    assert (await harbour.task(1)).status is TaskStatus.OPEN
    await harbour.check_quiet()


async def test_tasks_of_a_file_that_is_followed_no_more_are_not_dropped(harbour: Harbour) -> None:
    await harbour.synchronize()
    await harbour.set(paths=("TODO.md",))
    await harbour.add("New")
    await harbour.synchronize()
    assert (await harbour.task(1)).status is TaskStatus.OPEN
    assert harbour.file("TODO.md") == "- [ ] **T-3** New\n"
    await harbour.check_quiet()


async def test_two_that_do_it_at_once_do_it_once(harbour: Harbour) -> None:
    one, other = harbour.another(), harbour.another()
    await asyncio.gather(one.synchronize(harbour.project_id), other.synchronize(harbour.project_id))
    assert await harbour.count() == 2
    assert harbour.text.count("**T-") == 2
    await harbour.check_quiet()


STEPS = ("read", "append", "commit", "say written")


@pytest.mark.parametrize("step", STEPS)
async def test_it_may_stop_after_any_step(harbour: Harbour, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await harbour.synchronize()
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast"))
    harbour.rewrite("- [x] **T-2**", "- [x] Swab the deck\n- [ ] **T-2**")
    stopped = harbour.another()
    _stop_after(stopped, step, monkeypatch)
    with pytest.raises(StoppedError):
        await stopped.synchronize(harbour.project_id)
    monkeypatch.undo()
    # before the next one starts, somebody goes on with what was just written
    await harbour.tasks.edit(harbour.by(), harbour.id(1), TaskChanges(title="Oil the mast well"))

    await harbour.another().synchronize(harbour.project_id)
    assert await harbour.count() == 3
    assert [(await harbour.task(n)).status for n in (2, 3)] == [TaskStatus.OPEN, TaskStatus.DONE]
    assert "- [ ] **T-1** Oil the mast well #hull\n- [x] **T-3** Swab the deck\n- [ ] **T-2** Caulk" in harbour.text
    assert (await harbour.task(1)).conflicts == {}
    await harbour.check_quiet()


class StoppedError(BaseException):
    pass


def _stop_after(synchronizer: TaskSynchronizer, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: dict[str, tuple[Any, str]] = {
        "read": (synchronizer.store, "read"),
        "append": (synchronizer, "_append"),
        "commit": (synchronizer.store, "commit"),
        "say written": (synchronizer, "_say_written"),
    }
    target, name = steps[step]
    real = getattr(target, name)

    async def once(*arguments: object) -> None:
        await real(*arguments)
        raise StoppedError

    monkeypatch.setattr(target, name, once)


async def test_a_commit_in_between_is_read_before_the_write_is_tried_again(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = harbour.store.commit
    between = [lambda: harbour.rewrite("Caulk the hull", "Caulk the hull well")]

    async def commit(asked: object) -> object:
        if between:
            between.pop()()
        return await real(asked)  # type: ignore[arg-type]

    monkeypatch.setattr(harbour.store, "commit", commit)
    await harbour.synchronize()
    assert (await harbour.task(2)).fields.title == "Caulk the hull well"
    assert await harbour.count() == 2
    assert "**T-2** Caulk the hull well" in harbour.text
    await harbour.check_quiet()


async def test_a_branch_that_must_not_be_written_is_still_read(harbour: Harbour) -> None:
    harbour.store.protected.add(BRANCH)
    for _ in range(2):
        with pytest.raises(QuarterdeckError, match="must not be written"):
            await harbour.synchronize()
    assert await harbour.count() == 2
    harbour.store.protected.clear()
    await harbour.synchronize()
    assert harbour.text.count("**T-") == 2
    await harbour.check_quiet()


async def test_an_item_copied_moved_or_with_its_id_edited_is_never_lost_or_doubled(harbour: Harbour) -> None:
    await harbour.synchronize()
    harbour.write(
        "# Tasks\n\n- [ ] **T-9** Paint the mast #hull\n\n## Done\n\n- [x] **T-2** Caulk the hull\n"
        "- [ ] **T-2** Caulk the hull again\n"
    )
    await harbour.synchronize()
    assert await harbour.count() == 3
    assert "**T-1** Paint the mast" in harbour.text
    assert "**T-3** Caulk the hull again" in harbour.text
    assert DEFAULT_PATH in (await harbour.record()).files
    await harbour.check_quiet()
