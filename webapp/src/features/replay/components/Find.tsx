import { ActionIcon, Text, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconSearch, IconX } from "@tabler/icons-react";
import { type FormEvent, type KeyboardEvent, type RefObject, useState } from "react";

import { bytes, whole } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import { MOST_HITS } from "../core/finding";
import type { Finder } from "../useFinding";

import classes from "./Replay.module.css";

interface FindProps {
  finder: Finder;
  field: RefObject<HTMLInputElement | null>;
  onClose: () => void;
}

/** Finds words in what was printed, and goes from one to the next. */
export function Find({ finder, field, onClose }: FindProps) {
  const [text, setText] = useState("");
  const find = (by: 1 | -1) => finder.find(text, by);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    find(1);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && event.shiftKey) find(-1);
    else return;
    event.preventDefault();
  };
  return (
    <form role="search" className={classes.find} onSubmit={submit}>
      <TextInput
        ref={field}
        size="xs"
        className={classes.findField}
        aria-label="Find in what was printed"
        placeholder="Find in what was printed"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={pressed}
        data-autofocus
      />
      <ActionIcon variant="default" size={30} aria-label="The one before (N)" onClick={() => find(-1)}>
        <IconArrowUp size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" size={30} aria-label="The next one (n)" onClick={() => find(1)}>
        <IconArrowDown size={14} aria-hidden />
      </ActionIcon>
      <Text size="xs" c="dimmed" role="status" className={classes.findings}>
        <Findings finder={finder} />
      </Text>
      <ActionIcon variant="subtle" color="gray" size={30} aria-label="End the search" onClick={onClose}>
        <IconX size={14} aria-hidden />
      </ActionIcon>
    </form>
  );
}

function Findings({ finder: { asked, searching, fault, hits, hit, index, more, skippedBytes } }: { finder: Finder }) {
  if (asked === "") return "Words, “phrases” and begin*, in one line.";
  if (searching) return "Looking …";
  if (fault) return <SafeText text={`${fault.message} ${fault.nextStep ?? ""}`} />;
  const left = skippedBytes > 0 && ` ${bytes(skippedBytes)} of what still runs were not searched.`;
  if (!hit) return <>No line that was printed has it.{left}</>;
  return (
    <>
      {whole(index + 1)} of {more ? `the last ${whole(MOST_HITS)}` : whole(hits.length)}, c{hit.run.number}:{" "}
      <SafeText text={hit.excerpt} />
      {left}
    </>
  );
}
