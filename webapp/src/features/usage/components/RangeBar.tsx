import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";

import type { Bucket } from "@/shared/time/buckets";
import { momentWritten } from "@/shared/time/typed";
import { rangeName } from "@/shared/time/wording";

import type { Board } from "../board";
import { iso, USUAL } from "../range";
import { PRESETS } from "../search";

import classes from "./usage.module.css";

const OWN = "own";
const NAMES = { today: "Today", "24h": "24 h", "7d": "7 d", "30d": "30 d", "90d": "90 d" };
const BUCKETS: { value: Bucket; label: string }[] = [
  { value: "HOUR", label: "by hour" },
  { value: "DAY", label: "by day" },
  { value: "WEEK", label: "by week" },
  { value: "MONTH", label: "by month" },
];

/** Of which time, and in what steps. */
export function RangeBar({ board: { search, range, go } }: { board: Board }) {
  const own = search.from !== undefined;
  const choose = (value: string) => {
    if (value === OWN) return go({ from: iso(range.from), to: iso(Math.min(range.to, Date.now())), last: undefined });
    const last = PRESETS.find((each) => each === value);
    return go({ last: last === USUAL ? undefined : last, from: undefined, to: undefined, bucket: undefined });
  };
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Time"
        value={own ? OWN : (search.last ?? USUAL)}
        onChange={choose}
        data={[...PRESETS.map((each) => ({ value: each, label: NAMES[each] })), { value: OWN, label: "Own" }]}
      />
      {own && <Own key={`${search.from}${search.to}`} from={search.from} to={search.to} go={go} />}
      <Select
        size="xs"
        w="8rem"
        aria-label="In steps"
        placeholder="steps that fit"
        clearable
        data={BUCKETS}
        value={search.bucket ?? null}
        onChange={(value) => go({ bucket: BUCKETS.find((each) => each.value === value)?.value })}
      />
      <span className={classes.zone}>{rangeName(range.bucket, range.from, range.to)}</span>
    </>
  );
}

interface OwnProps {
  from: string | undefined;
  to: string | undefined;
  go: Board["go"];
}

const written = (moment: string | undefined): string => (moment ? momentWritten(new Date(moment)) : "");

/** Two moments of the viewer's clock, taken together: half of a change may not make sense. */
function Own({ from, to, go }: OwnProps) {
  const [begin, setBegin] = useState(written(from));
  const [end, setEnd] = useState(written(to));
  const wrong = !(Date.parse(begin) < Date.parse(end));
  const take = () => {
    if (!wrong && (begin !== written(from) || end !== written(to)))
      go({ from: new Date(begin).toISOString(), to: new Date(end).toISOString(), last: undefined });
  };
  const common = { size: "xs", type: "datetime-local", onBlur: take } as const;
  return (
    <form
      style={{ display: "contents" }}
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <TextInput
        {...common}
        aria-label="From"
        value={begin}
        onChange={(event) => setBegin(event.currentTarget.value)}
        error={wrong && "is not before the end"}
      />
      <TextInput {...common} aria-label="Until" value={end} onChange={(event) => setEnd(event.currentTarget.value)} />
      <button type="submit" hidden aria-label="Take this time" />
    </form>
  );
}
