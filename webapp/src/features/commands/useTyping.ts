import { useMemo } from "react";
import { useClient } from "urql";

import { faultOf } from "@/shared/graphql/faults";

import { SendInputDocument } from "./api/SendInput.generated";
import { type Sent, Typing } from "./typing";

const OVER = new Set(["CONFLICT", "NOT_FOUND"]);

function encoded(data: Uint8Array): string {
  let text = "";
  for (const each of data) text += String.fromCharCode(each);
  return btoa(text);
}

/** What is typed goes to a command. `say` tells of what may not have arrived. */
export function useTyping(commandId: string, say: (text: string) => void): Typing {
  const client = useClient();
  return useMemo(() => {
    const send = async (data: Uint8Array): Promise<Sent> => {
      const input = { commandId, data: encoded(data) };
      const { data: answer, error } = await client.mutation(SendInputDocument, { input }).toPromise();
      if (error) return { is: "unsure", why: faultOf(error).message };
      if (answer?.sendInput.__typename !== "Failure") return { is: "sent" };
      const { code, message, nextStep } = answer.sendInput;
      return OVER.has(code) ? { is: "over" } : { is: "unsure", why: `${message} ${nextStep}` };
    };
    return new Typing(send, say);
  }, [client, commandId, say]);
}
