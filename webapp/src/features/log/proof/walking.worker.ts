import { askPlain, Refused } from "@/shared/graphql/plain";

import { LogEventsDocument } from "../api/LogEvents.generated";
import type { Head } from "./chain";
import { walk, type Walked } from "./walk";

/** As many as the API gives at once. */
const PAGE = 500;

export interface Order {
  from: Head;
  to: number;
  known?: Head;
}

export type Report = { is: "under way" | "done"; walked: Walked } | { is: "failed"; message: string };

const say = (report: Report) => postMessage(report);

async function page(after: number) {
  const { events } = await askPlain(LogEventsDocument, { first: PAGE, after: String(after) });
  return events.edges.map((edge) => edge.node);
}

/** Walks the chain beside the page. Ended by terminating it. */
addEventListener("message", ({ data }: MessageEvent<Order>) => {
  const told = (walked: Walked) => say({ is: "under way", walked });
  walk({ ...data, page, told, stopped: () => false })
    .then((walked) => say({ is: "done", walked }))
    .catch((error: unknown) =>
      say({ is: "failed", message: error instanceof Refused ? error.fault.message : String(error) }),
    );
});
