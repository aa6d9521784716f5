import { Button, Group, Text } from "@mantine/core";
import { IconBell, IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useClient } from "urql";

import { type Fault, faultOf } from "@/shared/graphql/faults";
import type { AlertRuleInput } from "@/shared/graphql/schema.generated";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { counted, whole } from "@/shared/text/counts";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";

import { TestAlertRuleDocument, type TestAlertRuleQuery } from "../api/TestAlertRule.generated";
import { scaled } from "../samples";
import { Labels } from "./Labels";

import classes from "./Samples.module.css";

type Sample = TestAlertRuleQuery["testAlertRule"][number];
type Row = Sample & { readonly key: number; readonly length: number };

/** What a rule finds now. Nothing is raised by asking. */
export function Samples({ rule, projectId }: { rule: AlertRuleInput; projectId: string | undefined }) {
  const client = useClient();
  const [found, setFound] = useState<readonly Sample[]>();
  const [fault, setFault] = useState<Fault>();
  const [running, setRunning] = useState(false);
  const asked = JSON.stringify(rule);
  const test = async () => {
    setRunning(true);
    const { data, error } = await client.query(TestAlertRuleDocument, { rule, projectId }, UNCACHED).toPromise();
    setFault(error && faultOf(error));
    setFound(data?.testAlertRule);
    setRunning(false);
  };
  const begin = useEffectEvent(() => void test());
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another rule is asked about anew
  useEffect(() => begin(), [asked]);
  if (fault) return <Failure fault={fault} again={() => void test()} />;
  if (found === undefined) return <Skeletons lines={2} />;
  const holding = found.filter((each) => each.holds).length;
  return (
    <>
      <Group gap="sm">
        <Text size="sm" role="status">
          {verdict(found.length, holding)}
        </Text>
        <Button size="compact-xs" variant="default" loading={running} onClick={() => void test()}>
          Test again
        </Button>
      </Group>
      {found.length > 0 && <SampleTable rule={rule} found={found} />}
    </>
  );
}

function verdict(all: number, holding: number): string {
  if (all === 0) return "There is nothing to look at yet: it would raise nothing.";
  if (holding === 0) return "It holds for nothing that it looks at: it would raise nothing.";
  return `It would raise ${counted(holding, "alert")}${holding === all ? "" : `, of ${whole(all)} that it looks at`}.`;
}

const columns = (slug: string | undefined, bound: number): Column<Row>[] => [
  {
    key: "holds",
    header: "Now",
    width: "7rem",
    cell: (row) =>
      row.holds ? (
        <Status tone="bad" icon={IconBell} label="raised" />
      ) : (
        <Status tone="good" icon={IconCircleCheck} label="fine" />
      ),
  },
  {
    key: "about",
    header: "About",
    priority: 2,
    cell: (row) => (row.labels.length > 0 ? <Labels labels={row.labels} slug={slug} /> : "all of it"),
  },
  {
    key: "said",
    header: "Found",
    width: "minmax(0, 2fr)",
    cell: (row) => (
      <>
        <Text size="xs">
          <SafeText text={row.said} />
        </Text>
        <div className={classes.bar} data-holds={row.holds} aria-hidden>
          <div className={classes.fill} style={{ width: `${row.length * 100}%` }} />
          <div className={classes.bound} style={{ left: `${bound * 100}%` }} />
        </div>
      </>
    ),
  },
  { key: "of", header: "Of", width: "4rem", priority: 2, end: true, cell: (row) => whole(row.count) },
];

function SampleTable({ rule, found }: { rule: AlertRuleInput; found: readonly Sample[] }) {
  const slug = useProjectOrServer()?.slug;
  const { bound, lengths } = scaled(
    found.map((each) => each.value),
    rule.condition.threshold ?? 0,
  );
  const rows = found.map((each, key): Row => ({ ...each, key, length: lengths[key] ?? 0 }));
  return (
    <DataTable
      label="What it finds"
      columns={columns(slug, bound)}
      rows={rows}
      rowKey={(row) => String(row.key)}
      rowHeight={48}
    />
  );
}
