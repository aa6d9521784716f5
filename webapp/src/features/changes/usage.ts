import type { ComparedUsageQuery } from "./api/ComparedUsage.generated";

type Total = ComparedUsageQuery["usage"]["totals"][number];

/** What a session took. Undefined where nothing is known of it. */
export interface Took {
  commands: number;
  failed: number;
  commandMs: number;
  cpuMs: number;
  tokens: number;
  usd: number | undefined;
  /** Calls without a price, which the cost lacks. */
  unpriced: number;
}

const WELL = "exited";

/** What one of the sessions took, of the usage of both. */
export function tookOf(totals: readonly Total[], sessionId: string): Took {
  const ours = totals.filter((each) => valueOf(each, "SESSION") === sessionId);
  const sum = (chosen: readonly Total[]) => chosen.reduce((all, each) => all + (each.total ?? 0), 0);
  const count = (chosen: readonly Total[]) => chosen.reduce((all, each) => all + each.count, 0);
  const of = (measure: string) => ours.filter((each) => each.measure === measure);
  const commands = of("COMMAND_DURATION");
  const costs = of("COST");
  return {
    commands: count(commands),
    failed: count(commands.filter((each) => valueOf(each, "DETAIL") !== WELL)),
    commandMs: sum(commands),
    cpuMs: sum(of("COMMAND_CPU")),
    tokens: sum(ours.filter((each) => each.measure.startsWith("TOKENS_"))),
    usd: costs.length > 0 ? costs.reduce((all, each) => all + Number(each.usd ?? 0), 0) : undefined,
    unpriced: costs.reduce((all, each) => all + each.unknown, 0),
  };
}

const valueOf = ({ group }: Total, dimension: string): string | undefined =>
  group.find((each) => each.dimension === dimension)?.value;

/** What models cost, and how many calls have no price. */
export function dollars({ usd, unpriced }: Took): string {
  if (usd === undefined) return "no model was called";
  const lacking = unpriced > 0 ? `, ${unpriced} without a price` : "";
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}${lacking}`;
}
