import { Kbd, Table } from "@mantine/core";

import type { Shortcut } from "./shortcuts";

/** Keys, and what each does. */
export const KeyTable = ({ keys }: { keys: readonly Shortcut[] }) => (
  <Table withRowBorders={false} verticalSpacing={4}>
    <Table.Tbody>
      {keys.map((each) => (
        <Table.Tr key={each.does}>
          <Table.Td w={150}>
            {each.keys.map((key) => (
              <Kbd key={key} mr={4}>
                {key}
              </Kbd>
            ))}
          </Table.Td>
          <Table.Td>{each.does}</Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);
