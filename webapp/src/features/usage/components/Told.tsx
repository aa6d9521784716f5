import { Alert } from "@mantine/core";

import type { Fault } from "@/shared/graphql/faults";
import { Failure } from "@/shared/ui/Failure";

interface ToldProps {
  asked: readonly { fault: Fault | undefined; again: () => void }[];
  kept?: string | null | undefined;
}

/** Why something is missing: what was refused, once, and since when numbers are kept. */
export function Told({ asked, kept }: ToldProps) {
  const failed = asked.find((each) => each.fault);
  return (
    <>
      {failed?.fault && <Failure fault={failed.fault} again={failed.again} />}
      {kept && (
        <Alert variant="light" color="gray" p="xs">
          What was before {kept.slice(0, 10)} (UTC) is kept no more.
        </Alert>
      )}
    </>
  );
}
