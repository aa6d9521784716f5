import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress, sessionAddress, taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { shortId, typeOf } from "@/shared/text/ids";
import { SafeText } from "@/shared/ui/SafeText";

import type { AlertLabelShownFragment } from "../api/AlertLabelShown.generated";

interface LabelsProps {
  labels: readonly AlertLabelShownFragment[];
  /** Of the project that they are in, where it is known. */
  slug: string | undefined;
}

const shown = ({ value, shown: name }: AlertLabelShownFragment): string =>
  name ?? (typeOf(value) ? shortId(value) : value || "none");

function addressOf({ name, value, shown: called }: AlertLabelShownFragment, slug: string): string | undefined {
  if (name === "session" && typeOf(value) === "Session") return sessionAddress(slug, value);
  if (name === "budget" && typeOf(value) === "Budget") return nounAddress(slug, "budgets", value);
  const number = name === "task" && /^T-(\d+)$/.exec(called ?? "")?.[1];
  return number ? taskAddress(slug, Number(number)) : undefined;
}

/** What tells an alert apart from others of its rule, with ways to what has a page. */
export function Labels({ labels, slug }: LabelsProps) {
  const here = useProjectOrServer()?.slug ?? slug;
  return labels.map((label, index) => {
    const address = here && addressOf(label, here);
    return (
      <span key={label.name}>
        {index > 0 && ", "}
        <SafeText text={label.name} />{" "}
        {address ? (
          <HrefLink href={address} size="sm">
            <SafeText text={shown(label)} />
          </HrefLink>
        ) : (
          <strong>
            <SafeText text={shown(label)} />
          </strong>
        )}
      </span>
    );
  });
}
