import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconArrowsSplit2 } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

import { visibleText } from "@/shared/text/visible";
import { Skeletons } from "@/shared/ui/Skeletons";

import { type Conflict, howItDiffers } from "../editing/saving";
import { nameOf } from "../paths";

import classes from "./Files.module.css";

const DiffView = lazy(() => import("../code/DiffView").then(({ DiffView }) => ({ default: DiffView })));

interface ConflictChoiceProps {
  conflict: Conflict;
  path: string;
  onMine: () => void;
  onTheirs: () => void;
  onMerge: () => void;
  onLeave: () => void;
}

const PAIRS = {
  both: "Yours and theirs",
  theirs: "What they changed",
  mine: "What you changed",
} as const;

type Pair = keyof typeof PAIRS;

/** What becomes of two changes of one file: asked for, never guessed. The choices are those of `qd edit`. */
export function ConflictChoice({ conflict, path, onMine, onTheirs, onMerge, onLeave }: ConflictChoiceProps) {
  const [pair, setPair] = useState<Pair>("both");
  const [before, after] = textsOf(conflict, pair);
  return (
    <section aria-label="Conflict">
      <div role="alert" className={classes.inside}>
        <Text fw={600}>
          <IconArrowsSplit2 size={16} aria-hidden className={classes.warn} /> {visibleText(nameOf(path))} is not what it
          was when you opened it: {howItDiffers(conflict)}.
        </Text>
        <Text size="sm">Nothing is overwritten yet. Look at what differs, and choose.</Text>
        <Group gap="xs" mt="xs">
          <Button onClick={onMerge}>Merge both by hand</Button>
          <Button variant="default" onClick={onMine}>
            Keep mine
          </Button>
          <Button variant="default" onClick={onTheirs}>
            Take theirs
          </Button>
          <Button variant="subtle" onClick={onLeave}>
            Back to the editor
          </Button>
        </Group>
      </div>
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="What is compared"
          size="xs"
          value={pair}
          onChange={(next) => setPair(next as Pair)}
          data={Object.entries(PAIRS).map(([value, label]) => ({ value, label }))}
        />
        <Text size="xs" c="dimmed">
          {pair === "both" ? "+ yours, − theirs" : "+ changed, − as you opened it"}
        </Text>
      </div>
      <div className={classes.body}>
        <Suspense fallback={<Skeletons lines={10} height={18} />}>
          <DiffView key={pair} label={PAIRS[pair]} path={path} before={before} after={after} />
        </Suspense>
      </div>
    </section>
  );
}

function textsOf({ mine, base, theirs }: Conflict, pair: Pair): [string, string] {
  if (pair === "both") return [theirs ?? "", mine];
  return [base ?? "", (pair === "theirs" ? theirs : mine) ?? ""];
}
