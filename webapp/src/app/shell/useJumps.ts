import { useEach } from "@/shared/graphql/useEach";
import { commandAddress, sessionAddress, taskAddress } from "@/shared/routing/addresses";

import { FoundDocument, type FoundQuery } from "./api/Found.generated";
import { meant } from "./jumps";

export interface Jump {
  id: string;
  label: string;
  address: string;
}

type Named = { id: string; name: string };

function jumpTo(node: FoundQuery["node"] | undefined, slugOf: (project: Named) => string): Jump | undefined {
  switch (node?.__typename) {
    case "Session":
      return { id: node.id, label: `Session: ${node.title}`, address: sessionAddress(slugOf(node.project), node.id) };
    case "Command":
      return {
        id: node.id,
        label: `Command: ${node.text}`,
        address: commandAddress(slugOf(node.session.project), node.session.id, node.id),
      };
    case "Task":
      return { id: node.id, label: `Task: ${node.title}`, address: taskAddress(slugOf(node.project), node.number) };
    default:
      return undefined;
  }
}

/** Where an id that was typed or pasted leads. */
export function useJumps(text: string, slugOf: (project: Named) => string): Jump[] {
  const { answers } = useEach(
    FoundDocument,
    meant(text).map((id) => ({ id })),
  );
  return answers.flatMap((answer) => jumpTo(answer?.node, slugOf) ?? []);
}
