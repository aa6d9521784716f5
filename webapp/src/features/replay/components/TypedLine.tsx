import { Kbd, Text } from "@mantine/core";

import { SafeText } from "@/shared/ui/SafeText";

import type { Typed } from "../core/typing";

import classes from "./Replay.module.css";

/** What was typed into the terminal until the moment, the last at its end. */
export function TypedLine({ typed }: { typed: readonly Typed[] }) {
  if (typed.length === 0) return null;
  return (
    <div className={classes.typed}>
      <Text component="span" size="xs" c="dimmed">
        Typed
      </Text>
      <div className={classes.keys} data-testid="typed">
        <div>
          {typed.map((each, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- they have no other
            <Part key={index} typed={each} />
          ))}
        </div>
      </div>
    </div>
  );
}

function Part({ typed }: { typed: Typed }) {
  if (typed.is === "key") return <Kbd size="xs">{typed.text}</Kbd>;
  if (typed.is === "text") return <SafeText text={typed.text} />;
  return (
    <Text component="span" c="dimmed" fs="italic" inherit>
      not shown
    </Text>
  );
}
