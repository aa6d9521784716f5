import { Button, Code, Group, SegmentedControl, Stack, Table, Text, TextInput } from "@mantine/core";
import { type PropsWithChildren, useMemo } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { visibleText } from "@/shared/text/visible";
import { nonce } from "@/shared/theme/nonce";
import { useNow } from "@/shared/time/clock";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import {
  PreviewReportDocument,
  type PreviewReportQuery,
  type PreviewReportQueryVariables,
} from "../api/PreviewReport.generated";
import { rowsOf } from "../csv";
import { framed } from "../framed";
import { FORMS, type PreviewSearch } from "../routes";
import { dayIn, periodOf } from "../words";

import classes from "./Preview.module.css";

type Shown = PreviewReportQuery["previewReport"];
type Form = (typeof FORMS)[number];

const NAMES: Record<Form, string> = { page: "Page", text: "Text", tables: "Tables", figures: "JSON" };

interface PreviewProps {
  of: PreviewReportQueryVariables;
  search: PreviewSearch;
  go: (search: PreviewSearch) => void;
}

/** A report as it would be sent to the viewer, in every form. */
export function Preview({ of, search: { day, form = "page" }, go }: PreviewProps) {
  const { data, fault, waiting, again } = useAsked({
    query: PreviewReportDocument,
    variables: { ...of, day },
    context: UNCACHED,
  });
  const shown = data?.previewReport;
  const today = dayIn(of.zone, useNow());
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <TextInput
          type="date"
          size="xs"
          aria-label="A day in the period"
          value={day ?? shown?.last ?? ""}
          onChange={(event) => go({ form, day: event.currentTarget.value || undefined })}
        />
        <Button variant="default" disabled={!day} onClick={() => go({ form })}>
          The last one
        </Button>
        <Button variant="default" disabled={day === today} onClick={() => go({ form, day: today })}>
          This one so far
        </Button>
        <SegmentedControl
          size="xs"
          aria-label="Form"
          value={form}
          onChange={(next) => go({ day, form: FORMS.find((each) => each === next) })}
          data={FORMS.map((value) => ({ value, label: NAMES[value] }))}
        />
        {shown && (
          <Text size="sm" c="dimmed">
            {periodOf(shown)}
          </Text>
        )}
      </Group>
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons lines={8} />}
      {shown && !fault && <Content shown={shown} form={form} />}
    </Stack>
  );
}

function Content({ shown, form }: { shown: Shown; form: Form }) {
  const name = `report-${shown.first}`;
  switch (form) {
    case "page":
      return (
        <>
          <Paged shown={shown} />
          <Files files={[{ name: `${name}.html`, content: shown.html }]} />
        </>
      );
    case "text":
      return <Written text={shown.text} file={`${name}.txt`} />;
    case "figures":
      return <Written text={JSON.stringify(JSON.parse(shown.figures), undefined, 2)} file={`${name}.json`} />;
    case "tables":
      return (
        <>
          {shown.sheets.map((sheet) => (
            <Sheet key={sheet.name} {...sheet} />
          ))}
          <Files files={shown.sheets} />
        </>
      );
  }
}

/** In a frame that may do nothing: no scripts, no links elsewhere, nothing of this page. */
function Paged({ shown }: { shown: Shown }) {
  const page = useMemo(() => framed(shown.html, nonce()), [shown.html]);
  return <iframe className={classes.frame} title={visibleText(shown.subject)} sandbox="" srcDoc={page} />;
}

function Written({ text, file }: { text: string; file: string }) {
  return (
    <>
      <Scrolled label="The report">
        <Code block>
          <SafeText text={text} />
        </Code>
      </Scrolled>
      <Files files={[{ name: file, content: text }]} />
    </>
  );
}

function Sheet({ name, content }: { name: string; content: string }) {
  const [head = [], ...rows] = rowsOf(content);
  return (
    <Scrolled label={name}>
      <Table striped withTableBorder captionSide="top" className={classes.sheet}>
        <Table.Caption>{name}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {head.map((each) => (
              <Table.Th key={each} scope="col">
                {each}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, at) => (
            <Table.Tr key={at}>
              {row.map((cell, column) => (
                <Table.Td key={column}>
                  <SafeText text={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

/** What may be wider than the page; the keyboard can scroll it. */
function Scrolled({ label, children }: PropsWithChildren<{ label: string }>) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- or the keyboard could not scroll it
    <div className={classes.scrolled} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** Saved by the browser, from what it has. */
function Files({ files }: { files: readonly { name: string; content: string }[] }) {
  const save = (name: string, content: string) => {
    const address = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Group gap="xs">
      {files.map(({ name, content }) => (
        <Button key={name} variant="default" onClick={() => save(name, content)}>
          Save {name}
        </Button>
      ))}
    </Group>
  );
}
