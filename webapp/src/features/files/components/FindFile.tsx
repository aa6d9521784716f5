import { Modal, Stack, Text, TextInput } from "@mantine/core";
import { type KeyboardEvent, useEffect, useId, useState } from "react";

import { counted } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import { found } from "../finding";
import { type Walked, walk } from "../tree/walk";

import classes from "./Files.module.css";

interface FindFileProps {
  sessionId: string;
  tree: string;
  onFile: (path: string) => void;
  onClose: () => void;
}

const MOST_SHOWN = 50;

/** Goes to a file by some letters of its path. */
export function FindFile({ sessionId, tree, onFile, onClose }: FindFileProps) {
  const { paths, cut, done } = useWalk(sessionId, tree);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const shown = found(paths, typed, MOST_SHOWN);
  const current = Math.min(at, shown.length - 1);
  const go = (path: string | undefined) => {
    if (path === undefined) return;
    onClose();
    onFile(path);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") go(shown[current]);
    if (step === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(current + step, shown.length - 1)));
  };
  return (
    <Modal opened onClose={onClose} title="Go to file" centered={false} yOffset="10vh">
      <Stack gap="xs">
        <TextInput
          aria-label="Part of its path"
          placeholder="Part of its path"
          data-autofocus
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAt(0);
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
          {shown.length === 0 && done ? "No file is called that. " : ""}
          {counted(paths.length, "file")}
          {done ? (cut ? "; there are more, deeper in" : "") : " so far"}
        </Text>
      </Stack>
    </Modal>
  );
}

const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "nearest" });

function useWalk(sessionId: string, tree: string): Walked & { done: boolean } {
  const [walked, setWalked] = useState<Walked>({ paths: [], folders: 0, cut: false });
  const [done, setDone] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    walk(sessionId, tree, setWalked, end.signal)
      .catch(() => setWalked((before) => ({ ...before, cut: true })))
      .finally(() => setDone(true));
    return () => end.abort();
  }, [sessionId, tree]);
  return { ...walked, done };
}
