import { Button, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";

import classes from "./Search.module.css";

interface SearchBoxProps {
  text: string;
  go: (text: string) => void;
}

/** The first result is one key away: the arrow down leads to it. */
export function SearchBox({ text, go }: SearchBoxProps) {
  const [typed, setTyped] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!text) field.current?.focus();
  }, [text]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) go(typed.trim());
  };
  return (
    <search className={classes.box}>
      <form onSubmit={send} className={classes.form}>
        <TextInput
          className={classes.field}
          aria-label="Search commands and their output"
          placeholder='Words, "a phrase", begin*, -not, OR'
          leftSection={<IconSearch size={16} aria-hidden />}
          type="search"
          spellCheck={false}
          ref={field}
          maxLength={500}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") document.querySelector<HTMLElement>("[data-hit]")?.focus();
          }}
        />
        <Button type="submit" size="sm" disabled={!typed.trim()}>
          Search
        </Button>
      </form>
    </search>
  );
}
