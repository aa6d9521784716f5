import { Anchor, Text } from "@mantine/core";

import { whole } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

interface LeftOutProps {
  skipped: readonly { path: string; reason: string }[];
  skippedTotal: number;
  /** Of which session, where there are two. */
  where?: string;
}

/** What a snapshot has not got, and why. */
export function LeftOut({ skipped, skippedTotal, where = "" }: LeftOutProps) {
  if (skippedTotal === 0) return null;
  return (
    <details>
      <Anchor component="summary" size="sm" c="var(--qd-warn)">
        {whole(skippedTotal)} left out of the snapshot{where}
      </Anchor>
      {skipped.map((each) => (
        <Text key={each.path} size="xs" c="dimmed">
          <SafeText text={`${each.path}: ${each.reason}`} />
        </Text>
      ))}
      {skippedTotal > skipped.length && (
        <Text size="xs" c="dimmed">
          … and {whole(skippedTotal - skipped.length)} more.
        </Text>
      )}
    </details>
  );
}
