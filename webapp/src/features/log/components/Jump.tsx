import { Button, NumberInput, Slider } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { whole } from "@/shared/text/counts";

import classes from "./Jump.module.css";

interface JumpProps {
  /** The log's newest position. */
  head: number;
  from: number | undefined;
  go: (to: number | undefined) => void;
}

/** Goes to any place of the log, however long it is. */
export function Jump({ head, from, go }: JumpProps) {
  const [dragged, setDragged] = useState<number>();
  const [typed, setTyped] = useState<string | number>("");
  const at = Math.min(dragged ?? from ?? head, head);
  const send = (event: FormEvent) => {
    event.preventDefault();
    const to = Number(typed);
    if (!Number.isSafeInteger(to) || to < 1) return;
    setTyped("");
    go(Math.min(to, head));
  };
  return (
    <div className={classes.jump}>
      <Slider
        className={classes.slider}
        size="xs"
        min={1}
        max={Math.max(head, 2)}
        value={at}
        label={whole}
        thumbLabel="Position in the log"
        onChange={setDragged}
        onChangeEnd={(value) => {
          setDragged(undefined);
          go(value >= head ? undefined : value);
        }}
      />
      <form className={classes.form} onSubmit={send}>
        <NumberInput
          size="xs"
          w={110}
          hideControls
          min={1}
          allowDecimal={false}
          placeholder={from ? whole(from) : whole(head)}
          aria-label="Go to position"
          value={typed}
          onChange={setTyped}
        />
        <Button type="submit" variant="default">
          Go
        </Button>
        <Button variant="subtle" disabled={from === undefined} onClick={() => go(undefined)}>
          Newest
        </Button>
      </form>
    </div>
  );
}
