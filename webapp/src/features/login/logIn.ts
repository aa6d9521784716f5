import { OWN_HEADER } from "@/shared/graphql/client";
import type { Fault } from "@/shared/graphql/faults";

interface Refusal {
  code?: string;
  message?: string;
  nextStep?: string;
}

/** Trades a token for a log-in of this browser, which lies in a cookie that no script can read. */
export async function logIn(token: string): Promise<Fault | undefined> {
  try {
    const answer = await fetch("/web/login", {
      method: "POST",
      credentials: "same-origin",
      headers: { ...OWN_HEADER, "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    return answer.ok ? undefined : refused(await read(answer));
  } catch {
    return {
      code: "UNREACHABLE",
      message: "The gateway does not answer.",
      nextStep: "See whether `quarterdeck up` runs.",
    };
  }
}

async function read(answer: Response): Promise<Refusal> {
  try {
    const body = (await answer.json()) as Refusal & { errors?: { message: string; extensions?: Refusal }[] };
    const [first] = body.errors ?? [];
    return first ? { message: first.message, ...first.extensions } : body;
  } catch {
    return {};
  }
}

const refused = ({ code, message, nextStep }: Refusal): Fault => ({
  code: code ?? "UNAUTHENTICATED",
  message: message ?? "This token does not log in.",
  nextStep: nextStep ?? "Print a new link with `quarterdeck login-link`.",
});
