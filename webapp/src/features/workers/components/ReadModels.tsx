import { Button, Group, Text } from "@mantine/core";
import { IconTableOptions } from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useFresh } from "@/shared/streams/feed";
import { counted, whole } from "@/shared/text/counts";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { CheckReadModelsDocument } from "../api/CheckReadModels.generated";
import { LogProgressDocument, type LogProgressQuery } from "../api/LogProgress.generated";
import { workersRoute } from "../routes";
import { Comparison } from "./Comparison";

type Projection = LogProgressQuery["log"]["projections"][number];

const columns = (head: number): Column<Projection>[] => [
  { key: "name", header: "Read model", cell: (projection) => projection.name },
  {
    key: "position",
    header: "Has come to",
    width: "9rem",
    end: true,
    cell: (projection) => whole(projection.position),
  },
  {
    key: "behind",
    header: "Behind by",
    width: "9rem",
    end: true,
    cell: (projection) => (projection.position >= head ? "nothing" : counted(head - projection.position, "event")),
  },
];

/** How far lists and figures have come after the log, and whether they say what it says. */
export function ReadModels() {
  const { viewer, may } = useViewer();
  const { check } = workersRoute.useSearch();
  const navigate = workersRoute.useNavigate();
  const { data, fault, waiting, again } = useAsked({ query: LogProgressDocument, requestPolicy: "cache-and-network" });
  const comparing = useDone(CheckReadModelsDocument);
  useFresh(again, () => true);
  const compare = async () => {
    const begun = await comparing.run({ input: {} });
    if (begun) await navigate({ search: { check: begun.checkId }, hash: "read-models", resetScroll: false });
  };
  const offered = viewer?.admin && may("event:read");
  return (
    <div id="read-models">
      <Section
        title="Read models"
        actions={
          offered && (
            <Button
              variant="default"
              leftSection={<IconTableOptions size={14} aria-hidden />}
              loading={comparing.running}
              onClick={() => void compare()}
            >
              Compare with the log
            </Button>
          )
        }
      >
        <Text size="sm" c="dimmed">
          Lists, searches and figures are made from the log, and can be made anew from it at any time.
          {!offered && " Admins can have them compared with it."}
        </Text>
        {comparing.fault && <Failure fault={comparing.fault} />}
        {offered && check && <Comparison key={check} id={check} />}
        {waiting && <Skeletons lines={3} />}
        {fault && <Failure fault={fault} again={again} />}
        {data && (
          <>
            <Group gap="xs">
              <Text size="sm">The log has {counted(data.log.position, "event")}.</Text>
            </Group>
            <DataTable
              label="Read models"
              columns={columns(data.log.position)}
              rows={data.log.projections}
              rowKey={(projection) => projection.name}
              rowHeight={32}
            />
          </>
        )}
      </Section>
    </div>
  );
}
