"""Root fields of the committed schema over a World."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tests.support.fake_gateway import alerts, away, budgets, files, reports, search, tasks
from tests.support.fake_gateway.world import LIMITS, NOW, Json, World, global_id, page

from quarterdeck.audit.merkle import root_of

Resolver = Callable[..., Any]


def queries(world: World) -> dict[str, Resolver]:
    viewer: Json = {
        "id": "VXNlcjox",
        "name": "ann",
        "scopes": ["session:read", "session:write"],
        "tokens": _paged(world.wanted_tokens),
    }
    return {
        "viewer": _constant(lambda: viewer),
        "log": _constant(lambda: {"position": len(world.events), "projections": []}),
        "findings": _paged(partial(_findings, world)),
        "workers": _constant(lambda: world.workers),
        "project": _found(lambda id_: _by_id(world.projects, id_)),
        "projects": _paged(world.wanted_projects),
        "session": partial(_session, world),
        "sessions": _paged(partial(_sessions, world)),
        "command": _found(lambda id_: _command(world, id_)),
        "compareSessions": partial(_compared, world),
        "events": _paged(partial(_events, world)),
        "logTree": _constant(lambda: log_tree(world)),
        "checkpoints": _paged(partial(_checkpoints, world)),
        "readModelCheck": partial(_read_model_check, world),
        "readModelDifferences": _paged(partial(_read_model_differences, world)),
        **tasks.queries(world),
        **budgets.queries(world),
        **alerts.queries(world),
        **reports.queries(world),
        **away.queries(world),
        **search.queries(world),
        "usage": partial(_usage, world),
        **{name: partial(_dashboard, world, name) for name in ("usageTop", "usagePercentiles", "taskFunnel")},
        "modelCalls": _paged(partial(_model_calls, world)),
        "priceTable": partial(_shown_prices, world),
    }


def _constant(value: Callable[[], Any]) -> Resolver:
    def resolve(_info: Any) -> Any:
        return value()

    return resolve


def _session(world: World, _info: Any, **asked: Any) -> Json | None:
    world.calls.append(("session", asked))
    return _by_id(_as_read(world, asked), asked["id"])


def _as_read(world: World, asked: Json) -> list[Json]:
    if asked.get("waitFor"):
        world.late.clear()
    return [{**each, "state": world.late.get(each["id"], each["state"])} for each in world.sessions]


def _found(look_up: Callable[[str], Json | None]) -> Resolver:
    def resolve(_info: Any, id: str, **_: Any) -> Json | None:  # noqa: A002 - the schema's name
        return look_up(id)

    return resolve


def _paged(nodes: Callable[..., list[Json]]) -> Resolver:
    def resolve(_info: Any, first: int = 50, after: str | None = None, **wanted: Any) -> Json:
        return page(nodes(**wanted), first, after)

    return resolve


def mutations(world: World) -> dict[str, Resolver]:
    table: dict[str, Callable[[World, Json], Awaitable[Json]]] = {
        "login": _login,
        "createProject": _create_project,
        "changeProjectSettings": _change_project_settings,
        "definePersona": _define_persona,
        "revisePersona": _revise_persona,
        "retirePersona": _retire_persona,
        "openSession": _open_session,
        "startTask": _start_task,
        "pauseSession": _pause_session,
        "resumeSession": _resume_session,
        "forkSession": _fork_session,
        "restoreWorkspace": _restore_workspace,
        "exportWorkspace": _export_workspace,
        "closeSession": _close_session,
        "runCommand": _run_command,
        "cancelCommand": _cancel_command,
        "signalCommand": _signal_command,
        "sendInput": _send_input,
        "writeFile": files.write_file,
        "resizeCommand": _resize_command,
        "checkWorker": _check_worker,
        "checkReadModels": _check_read_models,
        "eraseFromLog": _erase_from_log,
        "issueToken": _issue_token,
        "issueLoginLink": _issue_login_link,
        "revokeToken": _revoke_token,
        **tasks.mutations(),
        **budgets.mutations(),
        **alerts.mutations(),
        **reports.mutations(),
        **away.mutations(),
        "recordModelUsage": _record_model_usage,
        "revisePriceTable": _revise_price_table,
    }

    def resolver(name: str) -> Resolver:
        async def resolve(_info: Any, input: Json) -> Json:  # noqa: A002 - the schema's name
            world.calls.append((name, input))
            if failure := world.failures.get(name):
                return {"__typename": "Failure", "nextStep": "", **failure}
            answer = await table[name](world, input)
            if before := world.before_answers.get(name):
                await before()
            kind = name[0].upper() + name[1:] + "Payload"
            return {"__typename": kind, "position": len(world.events), **answer}

        return resolve

    return {name: resolver(name) for name in table}


def subscriptions(world: World) -> dict[str, Resolver]:
    async def command_output(_info: Any, commandId: str, after: int = 0) -> AsyncIterator[Json]:  # noqa: N803
        command = world.command(commandId)
        assert command
        async for message in world.messages(command, after):
            yield {"commandOutput": message}

    async def session_events(_info: Any, sessionId: str, after: int = 0) -> AsyncIterator[Json]:  # noqa: N803
        async for event in world.follow(after, lambda event: event["sessionId"] == sessionId):
            yield {"sessionEvents": event}

    async def events(
        _info: Any,
        after: int = 0,
        projectId: str | None = None,  # noqa: N803
        **_wanted: Any,
    ) -> AsyncIterator[Json]:
        async for event in world.follow(after, lambda event: projectId in {None, event["projectId"]}):
            yield {"events": event}

    async def task_changed(_info: Any, projectId: str, after: int = 0) -> AsyncIterator[Json]:  # noqa: N803
        async for event in world.follow(after, lambda event: event["topic"].startswith("Task")):
            task = world.tasks[0]
            told = {"position": event["position"], "topic": event["topic"], "taskId": task["id"], "task": task}
            yield {"taskChanged": told}

    async def budget_changed(_info: Any, projectId: str, after: int = 0) -> AsyncIterator[Json]:  # noqa: N803
        async for event in world.follow(after, lambda event: event["topic"].startswith("Budget")):
            known = world.budgets[0]
            told = {"position": event["position"], "topic": event["topic"], "budgetId": known["id"], "budget": known}
            yield {"budgetChanged": told}

    async def alert_events(_info: Any, projectId: str | None = None, after: int = 0) -> AsyncIterator[Json]:  # noqa: N803
        async for event in world.follow(after, lambda event: event["topic"].startswith("Alert")):
            alert = world.alerts[0]
            told = {"position": event["position"], "topic": event["topic"], "alertId": alert["id"], "alert": alert}
            yield {"alerts": told}

    return {
        "alerts": alert_events,
        "budgetChanged": budget_changed,
        "commandOutput": command_output,
        "sessionEvents": session_events,
        "events": events,
        "taskChanged": task_changed,
    }


def _by_id(nodes: list[Json], id_: str) -> Json | None:
    return next((node for node in nodes if node["id"] == id_), None)


def _command(world: World, id_: str) -> Json | None:
    command = world.command(id_)
    return command.node if command else None


def _sessions(world: World, **wanted: Any) -> list[Json]:
    states, project = wanted.get("state"), wanted.get("projectId")
    seen = _as_read(world, wanted)
    return [s for s in seen if (not states or s["state"] in states) and project in {None, s["project"]["id"]}]


def _findings(world: World, **wanted: Any) -> list[Json]:
    return [each for each in world.findings if wanted.get("workerId") in {None, each["workerId"]}]


def _events(world: World, **wanted: Any) -> list[Json]:
    session = wanted.get("sessionId")
    topics: list[str] | None = wanted.get("topics")
    since, until = wanted.get("since") or "", wanted.get("until") or "9"
    return [
        event
        for event in world.events
        if session in {None, event["sessionId"]}
        and (topics is None or event["topic"] in topics)
        and wanted.get("actorKind") in {None, event["actorKind"]}
        and wanted.get("actorId") in {None, event["actorId"]}
        and since <= event["recordedAt"] < until
    ]


def log_tree(world: World) -> Json:
    """Over the digests of the events that there are."""
    digests = [bytes.fromhex(event["digest"]) for event in world.events]

    def of_positions(_info: Any, positions: list[int]) -> list[str]:
        return [base64.b64encode(digests[each - 1]).decode() for each in positions]

    def of_subtrees(_info: Any, subtrees: list[Json]) -> list[str]:
        spans = [(each["place"] << each["level"], (each["place"] + 1) << each["level"]) for each in subtrees]
        return [base64.b64encode(root_of(digests[start:end])).decode() for start, end in spans]

    return {
        "checkpoint": world.checkpoints[-1] if world.checkpoints else None,
        "keys": world.signing_keys,
        "digests": of_positions,
        "hashes": of_subtrees,
    }


def _compared(world: World, _info: Any, **asked: Any) -> Json:
    return world.comparison(asked)


def _failure(code: str, message: str) -> Json:
    return {"__typename": "Failure", "code": code, "message": message, "nextStep": ""}


async def _login(world: World, asked: Json) -> Json:
    if asked["token"] not in world.one_time:
        return _failure("UNAUTHENTICATED", "This log-in token is used up or unknown.")
    world.one_time.remove(asked["token"])
    secret = f"qd_granted_{len(world.secrets)}"
    world.secrets.add(secret)
    return {"secret": secret, "tokenId": world.add_token("qd")["id"], "userName": "ann"}


async def _create_project(world: World, asked: Json) -> Json:
    name = asked.get("name") or asked["repository"].rstrip("/").rpartition("/")[2]
    return {"project": world.add_project(name, asked["repository"], asked.get("defaultBranch") or "main")}


async def _change_project_settings(world: World, asked: Json) -> Json:
    project = _by_id(world.projects, asked["projectId"])
    assert project
    wanted = dict(asked["settings"])
    project["settings"]["limits"] |= wanted.pop("limits", {})
    project["settings"]["taskFiles"] |= wanted.pop("taskFiles", {})
    project["settings"] |= wanted
    return {"project": project}


async def _define_persona(world: World, asked: Json) -> Json:
    project = _by_id(world.projects, asked["projectId"])
    assert project
    persona: Json = {
        "__typename": "Persona",
        "id": global_id("Persona", uuid4()),
        "name": asked["name"],
        "description": asked.get("description") or "",
        "revision": 1,
        "limits": dict.fromkeys(LIMITS) | asked.get("limits", {}),
        "network": asked.get("network"),
        "definedAt": NOW,
        "revisedAt": NOW,
        "retiredAt": None,
    }
    project["kept"].append(persona)
    return {"persona": persona}


async def _revise_persona(world: World, asked: Json) -> Json:
    persona = world.persona(asked["personaId"])
    wanted = {name: value for name, value in asked.items() if name not in {"personaId", "limits"}}
    persona["limits"] |= asked.get("limits", {})
    persona |= {**wanted, "revision": persona["revision"] + 1}
    return {"persona": persona}


async def _retire_persona(world: World, asked: Json) -> Json:
    persona = world.persona(asked["personaId"])
    persona["retiredAt"] = NOW
    return {"persona": persona}


async def _open_session(world: World, asked: Json) -> Json:
    project = _by_id(world.projects, asked["projectId"])
    assert project
    session = world.add_session(project, state="OPENING", title=asked.get("title") or "")
    if name := asked.get("persona"):
        session["persona"] = {"name": name, "revision": 1}
    await world.append("SessionOpened", session["uuid"], session)
    if world.provisioning == "ready":
        session.update(state="READY", readyAt=NOW)
        session.update(notes=world.lacking)
        await world.append("WorkspacePrepared", uuid4(), session, notes=world.lacking)
        await world.append("SessionProvisioned", session["uuid"], session)
    if world.provisioning == "failed":
        session.update(state="FAILED")
        reason = {"reason": "There is no bubblewrap.", "next_step": "Install it."}
        await world.append("SessionProvisioningFailed", session["uuid"], session, **reason)
    return {"session": session}


async def _start_task(world: World, asked: Json) -> Json:
    task = next(each for each in world.tasks if each["id"] == asked["taskId"])
    title = asked.get("title") or f"{task['reference']} {task['title']}"
    opened = await _open_session(world, {**asked, "projectId": task["project"]["id"], "title": title})
    task.update(status="IN_PROGRESS", ownerName="ann")
    opened["session"]["task"] = {name: task[name] for name in ("id", "reference", "title", "status")}
    return {**opened, "task": task}


async def _pause_session(world: World, asked: Json) -> Json:
    session = world.session(asked["sessionId"])
    assert session
    await world.append("SessionPauseRequested", session["uuid"], session)
    answer = {"session": dict(session), "position": len(world.events)}
    session.update(state="PAUSED", reason=asked.get("reason"))
    await world.append("SessionPaused", session["uuid"], session)
    return answer


async def _resume_session(world: World, asked: Json) -> Json:
    session = world.session(asked["sessionId"])
    assert session
    lost = session["state"] == "LOST"
    if lost:
        session.update(state="QUEUED", reason=None)
    await world.append("SessionReopened" if lost else "SessionResumeRequested", session["uuid"], session)
    answer = {"session": dict(session), "position": len(world.events)}
    session.update(state="READY", reason=None)
    detail = "It was made anew on worker w2." if lost else "It goes on where it was."
    await world.append("SessionResumed", session["uuid"], session, rebuilt=lost, detail=detail)
    return answer


async def _fork_session(world: World, asked: Json) -> Json:
    source = world.session(asked["sessionId"])
    if source is None:
        return _failure("NOT_FOUND", "There is no such session.")
    title = source["title"] if asked.get("title") is None else asked["title"]
    forked = await _open_session(world, {"projectId": source["project"]["id"], "title": title})
    at: Json = asked.get("at") or {}
    forked["session"]["forkedFrom"] = {
        "sessionId": source["id"],
        "commandId": at.get("commandId"),
        "moment": at.get("moment", "AFTER"),
    }
    return forked


async def _restore_workspace(world: World, asked: Json) -> Json:
    session = world.session(asked["sessionId"])
    if session is None:
        return _failure("NOT_FOUND", "There is no such session.")
    position = await world.append("WorkspaceRestoreRequested", uuid4(), session)
    topic, fields = world.restoring
    await world.append(topic, world.restored_stream or uuid4(), session, **fields)
    return {"session": session, "position": position}


async def _export_workspace(world: World, asked: Json) -> Json:
    del asked
    return world.exported


async def _close_session(world: World, asked: Json) -> Json:
    session = world.session(asked["sessionId"])
    if session is None:
        return _failure("NOT_FOUND", "There is no such session.")
    session["state"] = "CLOSED"
    await world.append("SessionClosed", session["uuid"], session)
    return {"session": session}


async def _run_command(world: World, asked: Json) -> Json:
    session = world.session(asked["sessionId"])
    if session is None:
        return _failure("NOT_FOUND", "There is no such session.")
    command = world.add_command(session, asked)
    position = await world.append("CommandRequested", command.uuid, session)
    world.start(command)
    return {"command": command.node, "position": position}


async def _cancel_command(world: World, asked: Json) -> Json:
    command = world.command(asked["commandId"])
    assert command
    command.cancelled = True
    await world.changed()
    return {"command": command.node}


async def _signal_command(world: World, asked: Json) -> Json:
    return {"command": _command(world, asked["commandId"])}


async def _send_input(world: World, asked: Json) -> Json:
    command = world.command(asked["commandId"])
    assert command
    if command.complete:
        return _failure("CONFLICT", "This command has ended.")
    if command.session["state"] == "PAUSED":
        return _failure("PAUSED", "This session is paused.")
    data = base64.b64decode(asked["data"])
    if data:
        command.inputs.append(data)
    command.input_ended = command.input_ended or asked["end"]
    await world.changed()
    return {"command": command.node}


async def _resize_command(world: World, asked: Json) -> Json:
    command = world.command(asked["commandId"])
    assert command
    command.sizes.append((asked["terminal"]["columns"], asked["terminal"]["rows"]))
    await world.changed()
    return {"command": command.node}


async def _check_worker(world: World, asked: Json) -> Json:
    return {"findings": [each for each in world.findings if each["workerId"] == asked["workerId"]]}


async def _check_read_models(world: World, asked: Json) -> Json:
    del asked
    return {"checkId": str(UUID(int=7))}


async def _erase_from_log(world: World, asked: Json) -> Json:
    del world
    dry = asked["dryRun"]
    events = [
        {
            "position": each["position"],
            "topic": "CommandRequested",
            "fields": each.get("fields") or ["text", "environment"],
            "payload": '{"text": "login \x1b]0;x"}' if dry else None,
        }
        for each in asked["events"]
    ]
    output = [{"first": 0, "until": 99, **each} for each in asked["output"]]
    return {"events": events, "output": output, "position": None if dry else 77}


def _read_model_differences(world: World, **_: Any) -> list[Json]:
    return world.read_model_differences


def _read_model_check(world: World, _info: Any, **_: Any) -> Json | None:
    """The next of those it has, and the last one again and again."""
    return world.read_model_checks.pop(0) if len(world.read_model_checks) > 1 else world.read_model_checks[0]


async def _issue_token(world: World, asked: Json) -> Json:
    token = world.add_token(asked["name"])
    token.update(scopes=asked["scopes"], expiresAt=asked.get("expiresAt"))
    return {"token": token, "secret": f"qd_{UUID(int=1).hex}_secret"}


async def _issue_login_link(_world: World, _asked: Json) -> Json:
    return {"url": "http://deck.example:7777/login#qd_once_for_a_browser"}


async def _revoke_token(world: World, asked: Json) -> Json:
    token = _by_id(world.tokens, asked["tokenId"])
    if token is None:
        return _failure("NOT_FOUND", "There is no such token.")
    token["revoked"] = True
    return {"token": token}


async def _record_model_usage(world: World, asked: Json) -> Json:
    world.model_calls += asked["calls"]
    return {"calls": len(asked["calls"])}


async def _revise_price_table(world: World, asked: Json) -> Json:
    world.price_tables.append(asked["prices"])
    return {"priceTable": _price_table(world)}


def _price_table(world: World) -> Json:
    return {"revision": len(world.price_tables), "prices": world.price_tables[-1] if world.price_tables else []}


def _shown_prices(world: World, _info: Any, **_: Any) -> Json:
    return _price_table(world)


def _checkpoints(world: World, **_: Any) -> list[Json]:
    return world.checkpoints


def _usage(world: World, _info: Any, **asked: Any) -> Json:
    world.calls.append(("usage", asked))
    return {"from": asked["from"], "to": asked["to"], "keptFrom": None, **world.usage}


def _dashboard(world: World, name: str, _info: Any, **asked: Any) -> Json:
    world.calls.append((name, asked))
    return {"from": asked["from"], "to": asked["to"], "keptFrom": None, **world.dashboards[name]}


def _model_calls(world: World, *, filters: Json | None = None, **_: Any) -> list[Json]:
    models = filters.get("models") if filters else None
    told = {"at": NOW, "operation": "", "persona": "", "usd": None, "price": "", "reasoningOutputTokens": 0}
    return [{**told, **call} for call in reversed(world.model_calls) if not models or call["model"] in models]
