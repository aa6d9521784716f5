import { useMemo } from "react";

import { whole } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import { MOST_SHOWN } from "./geometry";
import type { Line } from "./rows";
import { wordsOf } from "./words";

import classes from "./Diff.module.css";

const TONES = { " ": undefined, "+": "added", "-": "removed" } as const;

/** A line's text, with what the other side has not got marked. */
function Text({ line: { text, mate, sign, open } }: { line: Line }) {
  const words = useMemo(
    () => (mate === undefined || sign === " " ? undefined : wordsOf(text, mate, sign)),
    [text, mate, sign],
  );
  return (
    <>
      {words ? (
        words.map((word, index) =>
          word.changed ? (
            <mark key={index} className={classes.word}>
              <SafeText text={word.text} />
            </mark>
          ) : (
            <SafeText key={index} text={word.text} />
          ),
        )
      ) : (
        <SafeText text={text.slice(0, MOST_SHOWN)} />
      )}
      {!words && text.length > MOST_SHOWN && (
        <span className={classes.aside}>… and {whole(text.length - MOST_SHOWN)} more characters</span>
      )}
      {open && <span className={classes.aside}>no newline at end of file</span>}
    </>
  );
}

const Gutter = ({ value, sign }: { value: number | undefined; sign: Line["sign"] }) => (
  <span role="cell" className={classes.number} data-tone={TONES[sign]}>
    {value}
  </span>
);

/** Both numbers, and the line. */
export function UnifiedLine({ line }: { line: Line }) {
  return (
    <>
      <Gutter value={line.old} sign={line.sign} />
      <Gutter value={line.new} sign={line.sign} />
      <Code line={line} />
    </>
  );
}

function Code({ line }: { line: Line }) {
  return (
    <span role="cell" className={classes.code} data-tone={TONES[line.sign]}>
      <span className={classes.sign}>{line.sign}</span>
      <Text line={line} />
    </span>
  );
}

/** A side of a pair: nothing, where the other has more lines. */
export function SideLine({ line, number }: { line: Line | undefined; number: number | undefined }) {
  if (!line)
    return (
      <>
        <span role="cell" className={classes.number} data-none />
        <span role="cell" className={classes.code} data-none />
      </>
    );
  return (
    <>
      <Gutter value={number} sign={line.sign} />
      <Code line={line} />
    </>
  );
}
