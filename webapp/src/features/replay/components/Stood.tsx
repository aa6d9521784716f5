import { Text } from "@mantine/core";

import { whole } from "@/shared/text/counts";
import { Facts } from "@/shared/ui/Facts";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import type { State } from "../core/state";
import type { Player } from "../player";

import classes from "./Replay.module.css";

const MOST = 100;
const safe = (text: string) => text && <SafeText text={text} />;

/** How all stood at the moment. */
export function Stood({ state, player }: { state: State; player: Player }) {
  const { at } = player.clock;
  const { runs } = player.line;
  const ended = runs.all.filter((run) => run.ended !== undefined && run.ended <= at);
  const waiting = runs.all.filter(
    (run) => run.requested <= at && (run.started ?? Infinity) > at && !ended.includes(run),
  );
  return (
    <div className={classes.panel}>
      <Facts
        facts={[
          ["Session", safe(`${state.closing ? "closing" : state.session}${state.reason ? `: ${state.reason}` : ""}`)],
          ["Commands that ran", whole(runs.runningAt(at).length)],
          ["Waited", waiting.length > 0 && whole(waiting.length)],
          [
            "Had ended",
            `${whole(ended.length)}, of which ${whole(ended.filter((run) => run.outcome?.failed).length)} failed`,
          ],
          ["Worker", safe(state.worker)],
          ["Jail", safe(state.jail)],
          ["Task", safe(state.task)],
          ["Tree", state.tree && <span className="mono">{state.tree.slice(0, 12)}</span>],
          ["Left out of snapshots", state.skipped > 0 && `${whole(state.skipped)} paths`],
          ["Files", state.discarded && "discarded"],
          ["Held by budgets", safe([...state.holds.values()].join("; "))],
          ["Erased, or unknown to this release", state.holes.length > 0 && `${whole(state.holes.length)} events`],
        ]}
      />
      {state.notes.length > 0 && (
        <Section title="Notes on its task">
          {state.notes.slice(-MOST).map((note, index) => (
            <Text key={index} size="sm">
              <SafeText text={note} />
            </Text>
          ))}
        </Section>
      )}
      {state.allowed.size + state.refused.size > 0 && (
        <Section title="Network">
          <ul className={classes.files}>
            {[...counted(state.refused, "refused"), ...counted(state.allowed, "allowed")].slice(0, MOST).map((each) => (
              <li key={each.key} data-status={each.verdict}>
                <span>{each.verdict}</span>
                <SafeText text={each.host} />
                <span>{whole(each.count)} ×</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

const counted = (hosts: ReadonlyMap<string, number>, verdict: string) =>
  [...hosts].map(([host, count]) => ({ key: `${verdict} ${host}`, verdict, host, count }));
