import type { Screen } from "@/shared/terminal/screen";

import { type Hit, occurrences, textsOf } from "./finding";
import type { Tape } from "./tape";

/** Marks on the screen what was found, where a tape is played to when it was printed. False: it is not there any more. */
export async function markFound(screen: Screen, tape: Tape, hit: Hit): Promise<boolean> {
  // of the same words that were printed at once, the one that lies so far from the end
  const since = await tape.transcript.textBetween(hit.offset, tape.offset);
  return textsOf(hit).some((text) => screen.markText(text, Math.max(1, occurrences(since, text))));
}
