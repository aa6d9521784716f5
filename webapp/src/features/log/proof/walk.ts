import { digestAfter, type Head, type Linked, sha256 } from "./chain";

/** An event with all that is checked of it. */
export interface Provable extends Linked {
  readonly digest: string;
  readonly payload?: string | null;
  readonly erased: boolean;
}

export interface Fault {
  readonly position: number;
  readonly detail: string;
}

export interface Walked {
  /** The last good event. */
  readonly head: Head;
  readonly checked: number;
  /** Of these, holes that an erasure left. */
  readonly erased: number;
  readonly fault?: Fault;
}

export interface Walk {
  from: Head;
  /** The position to end at. */
  to: number;
  /** What must stand at a position, as a checkpoint says. */
  known?: Head;
  page: (after: number) => Promise<readonly Provable[]>;
  told: (walked: Walked) => void;
  stopped: () => boolean;
}

/** Makes each digest from the event that is shown and the digest before, and ends at the first that differs. */
export async function walk({ from, to, known, page, told, stopped }: Walk): Promise<Walked> {
  let walked: Walked = { head: from, checked: 0, erased: 0 };
  while (walked.head.position < to && !stopped()) {
    const events = await page(walked.head.position);
    if (events.length === 0) return { ...walked, fault: cutOff(walked.head, to) };
    for (const event of events.filter((each) => each.position <= to)) {
      const fault = (await faultOf(event, walked.head)) ?? against(event, known);
      if (fault) return { ...walked, fault };
      walked = {
        head: { position: event.position, digest: event.digest },
        checked: walked.checked + 1,
        erased: walked.erased + Number(event.erased),
      };
    }
    told(walked);
  }
  return walked;
}

async function faultOf(event: Provable, before: Head): Promise<Fault | undefined> {
  const { position } = event;
  if (position !== before.position + 1)
    return { position: before.position + 1, detail: `Event ${before.position + 1} is missing.` };
  if ((await digestAfter(before.digest, event)) !== event.digest)
    return {
      position,
      detail: `Event ${position} was changed, moved or put in: its digest is not that of what it says.`,
    };
  const { payload } = event;
  if (!event.erased && typeof payload === "string" && (await sha256(payload)) !== event.payloadDigest)
    return { position, detail: `The payload of event ${position} is not the one that was logged.` };
  return undefined;
}

function against(event: Provable, known: Head | undefined): Fault | undefined {
  if (!known || event.position !== known.position || event.digest === known.digest) return undefined;
  return {
    position: event.position,
    detail: `Event ${event.position} is another one than was signed: the log was written anew up to here.`,
  };
}

const cutOff = (head: Head, to: number): Fault => ({
  position: head.position + 1,
  detail: `The log ends at ${head.position}; it is known to have reached ${to}.`,
});
