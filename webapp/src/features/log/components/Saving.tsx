import { Button, CopyButton, Menu } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload, IconFileExport, IconRosetteDiscountCheck } from "@tabler/icons-react";

import { ButtonLink } from "@/shared/routing/links";

import { exportAddress, type Filter } from "../reading/search";

/** What is shown as a file; all of the record by `qd`. */
export function Saving({ filter, projectSlug }: { filter: Filter; projectSlug: string | undefined }) {
  const command = `qd audit export ${projectSlug ? `--project ${projectSlug}` : "--all"} record.tar.zst`;
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconFileExport size={14} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Events of this filter, as a file</Menu.Label>
          {(["jsonl", "cloudevents"] as const).map((form) => (
            <Menu.Item
              key={form}
              component="a"
              href={exportAddress(filter, form)}
              download
              leftSection={<IconDownload size={14} aria-hidden />}
            >
              {form === "jsonl" ? "JSON lines" : "CloudEvents 1.0"}
            </Menu.Item>
          ))}
          <Menu.Label>A bundle that is checked anywhere, with output</Menu.Label>
          <CopyButton value={command}>
            {({ copied, copy }) => (
              <Menu.Item
                closeMenuOnClick={false}
                onClick={copy}
                leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              >
                Copy <code>{command}</code>
              </Menu.Item>
            )}
          </CopyButton>
        </Menu.Dropdown>
      </Menu>
      <ButtonLink to="/log/proof" variant="default" leftSection={<IconRosetteDiscountCheck size={14} aria-hidden />}>
        Verify
      </ButtonLink>
    </>
  );
}
