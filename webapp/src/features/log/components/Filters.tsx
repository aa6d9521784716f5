import { Button, MultiSelect, Pill, Select, TextInput } from "@mantine/core";
import { useState } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { shortId, uuidOf } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";
import { momentWritten } from "@/shared/time/typed";

import { actor } from "../reading/payloads";
import { given, isNarrowed, type LogSearch, type NarrowedBy } from "../reading/search";
import { grouped, type Topic } from "../reading/topics";

import classes from "./Filters.module.css";

interface FiltersProps {
  search: LogSearch;
  topics: readonly Topic[];
  go: (search: LogSearch, replace?: boolean) => void;
}

const HOUR_MS = 3_600_000;
const SPANS = { "1 hour": HOUR_MS, "1 day": 24 * HOUR_MS, "7 days": 7 * 24 * HOUR_MS, "30 days": 30 * 24 * HOUR_MS };
const OWN = "between …";
const ANY = "any time";

/** What of the log is shown. Each change is an address of its own, to share and to go back from. */
export function Filters({ search, topics, go }: FiltersProps) {
  const change = (part: LogSearch) => go(given({ ...search, from: undefined, ...part }));
  const chosen = search.topics ?? [];
  return (
    <search className={classes.filters} aria-label="Which events">
      <MultiSelect
        className={classes.topics}
        size="xs"
        aria-label="Topics"
        placeholder={chosen.length > 0 ? undefined : "All topics"}
        data={grouped(topics, chosen)}
        value={chosen}
        onChange={(next) => change({ topics: next.length > 0 ? next : undefined })}
        searchable
        clearable
        hidePickedOptions
        nothingFoundMessage="No such topic"
        maxDropdownHeight={320}
      />
      <Who search={search} change={change} />
      <When search={search} change={change} />
      <Session search={search} change={change} />
      {(["stream", "request"] as const).map((name) =>
        search[name] ? <Narrowed key={name} name={name} value={search[name]} change={change} /> : null,
      )}
      {isNarrowed(search) && (
        <Button variant="subtle" onClick={() => go({})}>
          Clear
        </Button>
      )}
    </search>
  );
}

interface PartProps {
  search: LogSearch;
  change: (part: LogSearch) => void;
}

function Who({ search, change }: PartProps) {
  const { viewer } = useViewer();
  const [kind = "", ...id] = (search.by ?? "").split(":");
  const people = [
    { value: "user", label: "people" },
    { value: "system", label: "the system" },
    { value: "agent", label: "agents" },
    { value: "author", label: "authors of commits" },
    ...(viewer ? [{ value: `user:${uuidOf(viewer.id)}`, label: "me" }] : []),
  ];
  const known = !search.by || people.some((each) => each.value === search.by);
  const data = known ? people : [...people, { value: search.by ?? "", label: visibleText(actor(kind, id.join(":"))) }];
  return (
    <Select
      className={classes.who}
      size="xs"
      aria-label="Who did it"
      placeholder="by anybody"
      data={data}
      value={search.by ?? null}
      onChange={(by) => change({ by: by ?? undefined })}
      clearable
    />
  );
}

function When({ search, change }: PartProps) {
  const own = search.since !== undefined || search.until !== undefined;
  const choose = (span: string | null) => {
    if (span === OWN) return change({ since: new Date(Date.now() - HOUR_MS).toISOString(), until: search.until });
    const ms = SPANS[span as keyof typeof SPANS] as number | undefined;
    change({ since: ms ? new Date(Date.now() - ms).toISOString() : undefined, until: undefined });
  };
  const time = (name: "since" | "until") => ({
    size: "xs",
    type: "datetime-local",
    "aria-label": name === "since" ? "From" : "Until",
    value: search[name] ? momentWritten(new Date(search[name])) : "",
    onChange: (event: { currentTarget: { value: string } }) => {
      const typed = Date.parse(event.currentTarget.value);
      change({ [name]: Number.isNaN(typed) ? undefined : new Date(typed).toISOString() });
    },
  });
  return (
    <>
      <Select
        className={classes.when}
        size="xs"
        aria-label="When"
        data={[ANY, ...Object.keys(SPANS), OWN]}
        value={own ? OWN : ANY}
        allowDeselect={false}
        onChange={choose}
      />
      {own && <TextInput {...time("since")} />}
      {own && <TextInput {...time("until")} />}
    </>
  );
}

function Session({ search, change }: PartProps) {
  const [typed, setTyped] = useState("");
  if (search.session) return <Narrowed name="session" value={search.session} change={change} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change({ session: uuidOf(typed.trim()) });
        setTyped("");
      }}
    >
      <TextInput
        className={classes.session}
        size="xs"
        aria-label="Session id"
        placeholder="Session id ⏎"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}

const SAID: Record<NarrowedBy, string> = { session: "session", stream: "history of", request: "request" };

function Narrowed({ name, value, change }: { name: NarrowedBy; value: string; change: PartProps["change"] }) {
  return (
    <Pill
      size="md"
      withRemoveButton
      onRemove={() => change({ [name]: undefined })}
      removeButtonProps={{ "aria-label": `Any ${name}`, tabIndex: 0, "aria-hidden": false }}
    >
      {SAID[name]} <span className="mono">{shortId(value)}</span>
    </Pill>
  );
}
