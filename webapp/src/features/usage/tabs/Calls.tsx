import { IconApi } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { whole } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { UsageCallsDocument, type UsageCallsQuery } from "../api/UsageCalls.generated";
import { askedOf, type Board } from "../board";
import { Told } from "../components/Told";
import { filtersOf } from "../search";

type Call = UsageCallsQuery["modelCalls"]["edges"][number]["node"];

const columns = (slug: string): Column<Call>[] => [
  { key: "at", header: "When", width: "7rem", cell: (call) => <Time at={call.at} /> },
  { key: "model", header: "Model", cell: (call) => <SafeText text={call.model} /> },
  {
    key: "provider",
    header: "Provider",
    priority: 3,
    width: "7rem",
    cell: (call) => <SafeText text={call.provider} />,
  },
  { key: "persona", header: "Persona", priority: 3, width: "7rem", cell: (call) => <SafeText text={call.persona} /> },
  {
    key: "session",
    header: "Session",
    priority: 2,
    cell: ({ session }) =>
      session && (
        <HrefLink href={sessionAddress(slug, session.id)}>
          <SafeText text={session.title || shortId(session.id)} />
        </HrefLink>
      ),
  },
  {
    key: "in",
    header: "In",
    end: true,
    priority: 2,
    width: "6rem",
    cell: (call) => whole(call.inputTokens + call.cacheReadInputTokens + call.cacheCreationInputTokens),
  },
  {
    key: "cached",
    header: "Cached",
    end: true,
    priority: 3,
    width: "6rem",
    cell: (call) => whole(call.cacheReadInputTokens),
  },
  {
    key: "out",
    header: "Out",
    end: true,
    priority: 2,
    width: "5rem",
    cell: (call) => whole(call.outputTokens + call.reasoningOutputTokens),
  },
  {
    key: "cost",
    header: "Cost",
    end: true,
    width: "7rem",
    cell: (call) => <span title={call.price || "no price"}>{call.usd === null ? "unknown" : `$${call.usd}`}</span>,
  },
];

export const Calls = ({ board }: { board: Board }) => (
  // others are read from their beginning
  <Listed key={JSON.stringify(filtersOf(board.search))} board={board} />
);

function Listed({ board }: { board: Board }) {
  const [after, setAfter] = useState<string>();
  const asked = useAsked({
    query: UsageCallsDocument,
    variables: { ...askedOf(board), after },
    requestPolicy: "cache-and-network",
  });
  useFresh(asked.again, about("ModelUsage", "ModelCall", "PriceTable"));
  const calls = asked.data?.modelCalls.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = asked.data?.modelCalls.pageInfo ?? {};
  if (!asked.waiting && !asked.fault && calls.length === 0 && filtersOf(board.search))
    return <Empty icon={IconApi} title="No call of a model was told of that is so" />;
  if (!asked.waiting && !asked.fault && calls.length === 0)
    return (
      <Empty icon={IconApi} title="No call of a model was told of" command="qd usage record --file calls.jsonl">
        Agents that run elsewhere tell each call with its tokens; what it costs is known from there.
      </Empty>
    );
  return (
    <>
      <Told asked={[asked]} />
      {asked.waiting && <Skeletons />}
      {calls.length > 0 && (
        <DataTable
          label="Model calls"
          columns={columns(board.project.slug)}
          rows={calls}
          rowKey={(call) => `${call.at}${call.model}${call.usd}${call.outputTokens}${call.inputTokens}`}
          more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
        />
      )}
    </>
  );
}
