import { Modal, Stack, Text, TextInput } from "@mantine/core";
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useState } from "react";

import { counted } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import { useFindFiles } from "../useFindFiles";

import classes from "./Files.module.css";

const MOST_LETTERS = 200;

interface FindFileProps {
  sessionId: string;
  tree: string;
  onFile: (path: string) => void;
  onClose: () => void;
}

/** Goes to a file by some letters of its path. */
export function FindFile({ sessionId, tree, onFile, onClose }: FindFileProps) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [entered, setEntered] = useState(false);
  const id = useId();
  const found = useFindFiles(sessionId, tree, typed);
  const shown = found?.paths ?? [];
  const done = found?.text === typed;
  const current = Math.min(at, shown.length - 1);
  const go = (path: string | undefined) => {
    if (path === undefined) return;
    onClose();
    onFile(path);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") setEntered(true);
    if (step === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(current + step, shown.length - 1)));
  };
  // what is typed may be faster than its files are found
  const enter = useEffectEvent(() => {
    setEntered(false);
    go(shown[current]);
  });
  useEffect(() => {
    if (entered && done) enter();
  }, [entered, done]);
  return (
    <Modal opened onClose={onClose} title="Go to file" centered={false} yOffset="10vh">
      <Stack gap="xs">
        <TextInput
          aria-label="Part of its path"
          placeholder="Part of its path"
          data-autofocus
          maxLength={MOST_LETTERS}
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
            setEntered(false);
          }}
          onKeyDown={onKey}
        />
        <div id={id} role="listbox" aria-label="Files" tabIndex={-1} className={classes.results}>
          {shown.map((path, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys
            <div
              key={path}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className={classes.result}
              ref={index === current ? intoView : undefined}
              onClick={() => go(path)}
            >
              <SafeText text={path} />
            </div>
          ))}
        </div>
        <Text size="xs" c="dimmed" role="status">
          {found?.fault && <SafeText text={`${found.fault.message} `} />}
          {shown.length === 0 && done && !found.fault ? "No file is called that. " : ""}
          {found && counted(found.files, "file")}
          {found?.cut && "; there are more, deeper in"}
        </Text>
      </Stack>
    </Modal>
  );
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });
