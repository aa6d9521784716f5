import { Button, Menu } from "@mantine/core";
import { IconDownload, IconFileExport } from "@tabler/icons-react";

import type { Board } from "../board";
import { exportsOf } from "../exports";

const FORMS = ["csv", "parquet"] as const;

/** What is shown as files, and every single fact of it. */
export function Exporting({ board }: { board: Board }) {
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconFileExport size={14} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {exportsOf(board.project.id, board.search, board.range).map(({ kind, label, address }) => (
          <div key={kind}>
            <Menu.Label>{label}</Menu.Label>
            {FORMS.map((form) => (
              <Menu.Item
                key={form}
                component="a"
                href={address(form)}
                download
                leftSection={<IconDownload size={14} aria-hidden />}
              >
                {form === "csv" ? "CSV" : "Parquet"}
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
