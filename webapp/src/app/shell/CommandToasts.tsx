import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
import { useClient } from "urql";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProjects } from "@/shared/projects/useProjects";
import { commandAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { type FedEvent, useEvents } from "@/shared/streams/feed";
import { globalId, uuidOf } from "@/shared/text/ids";
import { SafeText } from "@/shared/ui/SafeText";

import { FinishedCommandDocument } from "./api/FinishedCommand.generated";
import { ending, failed, type Finished, isWorthTelling } from "./finished";

const ENDS = new Set(["CommandFinished", "CommandLost"]);
/** Of one batch: after a cut there may be many, which home lists. */
const MOST = 3;

/** Tells of the viewer's own commands as they end, wherever they are. */
export function CommandToasts() {
  const client = useClient();
  const router = useRouter();
  const { viewer } = useViewer();
  const { slugOf } = useProjects();

  const look = async ({ streamId, position }: FedEvent) => {
    const variables = { id: globalId("Command", streamId), waitFor: position };
    const { data } = await client
      .query(FinishedCommandDocument, variables, { requestPolicy: "network-only" })
      .toPromise();
    const command = data?.command;
    if (!command || !viewer) return;
    const { pathname } = router.state.location;
    if (isWorthTelling(command, viewer.id, pathname, uuidOf(command.session.id)))
      show(command, commandAddress(slugOf(command.session.project), command.session.id, command.id));
  };
  useEvents((events) => {
    for (const each of events.filter(({ topic }) => ENDS.has(topic)).slice(-MOST)) void look(each);
  });
  return null;
}

function show(command: Finished, address: string): void {
  const bad = failed(command);
  notifications.show({
    id: command.id,
    title: ending(command),
    message: (
      <HrefLink href={address} className="mono" lineClamp={2} size="xs">
        <SafeText text={command.text} />
      </HrefLink>
    ),
    color: bad ? "red" : "green",
    icon: bad ? <IconCircleX size={18} aria-hidden /> : <IconCircleCheck size={18} aria-hidden />,
    autoClose: 8000,
    closeButtonProps: { "aria-label": "Close" },
  });
}
