import { Button, MultiSelect, Select, Switch } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";

import type { TaskPriority, TaskStatus } from "@/shared/graphql/schema.generated";
import { visibleText } from "@/shared/text/visible";
import { NarrowingInput } from "@/shared/ui/NarrowingInput";

import type { Column } from "../board/columns";
import { isNarrowed, type TasksSearch } from "../search";
import { PRIORITIES, spoken, STATUSES } from "../terms";

import classes from "./Filters.module.css";

interface FiltersProps {
  search: TasksSearch;
  columns: readonly Column[] | undefined;
  viewer: string | undefined;
  go: (part: Partial<TasksSearch>, replace?: boolean) => void;
}

const NOBODY = "nobody";
const SINGLE = { size: "xs", className: classes.some, clearable: true } as const;
const SEVERAL = { ...SINGLE, searchable: true, hidePickedOptions: true } as const;

/** Which tasks are shown. Each choice is an address of its own. */
export function Filters({ search, columns, viewer, go }: FiltersProps) {
  const cards = columns?.flatMap((column) => column.cards) ?? [];
  const owners = distinct([...cards.map((card) => card.ownerName ?? ""), search.owner ?? ""], ["me", viewer ?? ""]);
  const labels = distinct([...cards.flatMap((card) => card.labels), ...(search.label ?? [])]);
  const owner = search.unowned ? ` ${NOBODY}` : (search.owner ?? null);
  return (
    <search className={classes.filters} aria-label="Which tasks">
      <NarrowingInput
        className={classes.text}
        label="Text"
        placeholder='Words, "phrases", -not'
        icon={<IconSearch size={14} aria-hidden />}
        text={search.text}
        go={(text) => go({ text }, true)}
      />
      <Select
        {...SINGLE}
        searchable
        aria-label="Owner"
        placeholder="Any owner"
        data={[
          { value: "me", label: "me" },
          { value: ` ${NOBODY}`, label: NOBODY },
          ...owners.map((each) => ({ value: each, label: visibleText(each) })),
        ]}
        value={owner}
        onChange={(next) =>
          go(
            next === ` ${NOBODY}`
              ? { unowned: true, owner: undefined }
              : { owner: next ?? undefined, unowned: undefined },
          )
        }
      />
      <MultiSelect
        {...SEVERAL}
        aria-label="Labels"
        placeholder={search.label ? undefined : "Any label"}
        data={labels.map((each) => ({ value: each, label: visibleText(each) }))}
        value={[...(search.label ?? [])]}
        onChange={(next) => go({ label: next.length > 0 ? next : undefined })}
      />
      <MultiSelect
        {...SEVERAL}
        aria-label="Status"
        placeholder={search.status ? undefined : "Any status"}
        data={STATUSES.map((each) => ({ value: each, label: spoken(each) }))}
        value={[...(search.status ?? [])]}
        onChange={(next) => go({ status: next.length > 0 ? (next as TaskStatus[]) : undefined })}
      />
      <MultiSelect
        {...SEVERAL}
        aria-label="Priority"
        placeholder={search.priority ? undefined : "Any priority"}
        data={PRIORITIES.map((each) => ({ value: each, label: spoken(each) }))}
        value={[...(search.priority ?? [])]}
        onChange={(next) => go({ priority: next.length > 0 ? (next as TaskPriority[]) : undefined })}
      />
      {!search.status && (search.view === "list" || (search.by ?? "status") !== "status") && (
        <Switch
          mt={5}
          size="xs"
          label="Closed ones too"
          checked={search.all ?? false}
          onChange={(event) => go({ all: event.currentTarget.checked || undefined })}
        />
      )}
      {isNarrowed(search) && (
        <Button
          variant="subtle"
          onClick={() =>
            go({
              text: undefined,
              owner: undefined,
              unowned: undefined,
              label: undefined,
              status: undefined,
              priority: undefined,
            })
          }
        >
          Clear
        </Button>
      )}
    </search>
  );
}

const distinct = (words: readonly string[], but: readonly string[] = []): string[] =>
  [...new Set(words)].filter((each) => each && !but.includes(each)).toSorted((one, other) => one.localeCompare(other));
