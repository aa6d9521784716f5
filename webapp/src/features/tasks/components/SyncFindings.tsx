import { Drawer, Stack, Text } from "@mantine/core";

import { counted } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import { outcome, type Sync } from "../sync";

import classes from "./SyncLine.module.css";

interface SyncFindingsProps {
  sync: Sync;
  onClose: () => void;
}

/** What in the files does not count, or that one of the sides does not take, each with its line. */
export function SyncFindings({ sync, onClose }: SyncFindingsProps) {
  const rest = sync.findingsTotal - sync.findings.length;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title="Task files"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="sm">
        <Text size="sm">
          <SafeText text={outcome(sync)} />
        </Text>
        <div>
          {sync.findings.map((finding, index) => (
            <div key={index} className={classes.finding}>
              <Text size="xs" c="dimmed" className="mono">
                <SafeText text={`${finding.path}${finding.line ? `:${finding.line}` : ""}`} />
                {finding.number && ` T-${finding.number}`}
              </Text>
              <Text size="sm">
                <SafeText text={finding.message} />
              </Text>
              {finding.nextStep && (
                <Text size="sm" c="dimmed">
                  <SafeText text={finding.nextStep} />
                </Text>
              )}
            </div>
          ))}
        </div>
        {rest > 0 && <Text size="sm">and {counted(rest, "more", "more")} of these.</Text>}
      </Stack>
    </Drawer>
  );
}
