import { Button, Menu } from "@mantine/core";
import { IconDots, IconGitFork, IconPackageExport, IconPlayerPause, IconPlayerPlay, IconX } from "@tabler/icons-react";

import type { SessionState } from "@/shared/graphql/schema.generated";
import { useDone } from "@/shared/graphql/useDone";

import { PauseSessionDocument } from "../api/PauseSession.generated";
import { ResumeSessionDocument } from "../api/ResumeSession.generated";
import { ENDED } from "../looks";

export type Asked = "close" | "fork" | "export";

/** What can be done with a session as a whole. */
export function useSessionActions(session: { id: string; state: SessionState }, onAsked: (what: Asked) => void) {
  const pause = useDone(PauseSessionDocument);
  const resume = useDone(ResumeSessionDocument);
  const input = { sessionId: session.id };
  const open = !ENDED.includes(session.state);
  const buttons = (
    <>
      {session.state === "READY" && (
        <Button
          variant="default"
          loading={pause.running}
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          onClick={() => void pause.run({ input })}
        >
          Pause
        </Button>
      )}
      {session.state === "PAUSED" && (
        <Button
          loading={resume.running}
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          onClick={() => void resume.run({ input })}
        >
          Resume
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More that can be done">
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconGitFork size={14} aria-hidden />} onClick={() => onAsked("fork")}>
            Fork
          </Menu.Item>
          <Menu.Item leftSection={<IconPackageExport size={14} aria-hidden />} onClick={() => onAsked("export")}>
            Export its work
          </Menu.Item>
          {open && (
            <Menu.Item color="red" leftSection={<IconX size={14} aria-hidden />} onClick={() => onAsked("close")}>
              Close
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
  return { buttons, fault: pause.fault ?? resume.fault };
}
