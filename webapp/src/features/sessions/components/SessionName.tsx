import { shortId } from "@/shared/text/ids";
import { SafeText } from "@/shared/ui/SafeText";

/** A session by its title, or by its id where it has none. */
export const SessionName = ({ session }: { session: { id: string; title: string } }) =>
  session.title ? <SafeText text={session.title} /> : <span className="mono">{shortId(session.id)}</span>;
