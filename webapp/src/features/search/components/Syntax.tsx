import { Anchor, Code, Text } from "@mantine/core";

import { Section } from "@/shared/ui/Page";

import classes from "./Search.module.css";

const WAYS: readonly (readonly [string, string])[] = [
  ["disk full", "both words, anywhere in the line; case does not count"],
  ['"disk full"', "one after the other"],
  ["app.py:12", "the same: what is written in one piece is a phrase of its words"],
  ["deplo*", "words that begin so, with at least three characters"],
  ["error -test", "lines without a word, or without a phrase in quotes"],
  ["disk full OR timeout", "lines with all of one side"],
];

/** What can be searched for, to be tried. */
export function Syntax({ go }: { go: (text: string) => void }) {
  return (
    <Section title="How to search">
      <Text size="sm" c="dimmed">
        The texts of commands and what they printed are searched, line by line, the newest command first. A command is
        found as soon as it was asked for, its output when it has ended, and of one that still runs the last 4 MiB.
      </Text>
      <dl className={classes.ways}>
        {WAYS.map(([text, means]) => (
          <div key={text}>
            <dt>
              <Anchor component="button" type="button" onClick={() => go(text)} aria-label={`Search for ${text}`}>
                <Code>{text}</Code>
              </Anchor>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
