import { ActionIcon, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useState } from "react";

interface FindBarProps {
  /** Goes to the next place, or to the one before. False: there is none. */
  onFind: (text: string, back: boolean) => boolean;
  field: RefObject<HTMLInputElement | null>;
}

/** Finds a text in output. */
export function FindBar({ onFind, field }: FindBarProps) {
  const [text, setText] = useState("");
  const [none, setNone] = useState(false);
  const find = (back: boolean) => setNone(text !== "" && !onFind(text, back));
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") find(event.shiftKey);
  };
  return (
    <>
      <TextInput
        ref={field}
        size="xs"
        w={180}
        aria-label="Find in the output"
        placeholder={none ? "" : "Find"}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={text}
        error={none}
        rightSection={none ? "0" : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setNone(false);
        }}
        onKeyDown={pressed}
      />
      <ActionIcon variant="default" size={28} aria-label="The one before" onClick={() => find(true)}>
        <IconArrowUp size={14} aria-hidden />
      </ActionIcon>
      <ActionIcon variant="default" size={28} aria-label="The next one" onClick={() => find(false)}>
        <IconArrowDown size={14} aria-hidden />
      </ActionIcon>
    </>
  );
}
