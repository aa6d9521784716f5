import { Kbd, Modal, Table } from "@mantine/core";

const KEYS: readonly (readonly [string, string])[] = [
  ["space", "play, pause"],
  ["← →", "5 s back, on; with shift 1 min"],
  [", .", "event before, next event"],
  ["p n", "command before, next command"],
  ["[ ]", "slower, faster"],
  ["home end", "the start; the end"],
  ["i", "skip idle time: no pause lasts longer than 2 s"],
  ["g", "go to a time, position or command"],
  ["t", "another of the commands that run"],
  ["e f s", "events, files changed until then, how all stood"],
  ["?", "these keys"],
];

export const Help = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Modal opened={opened} onClose={onClose} title="Keys of the replay">
    <Table withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        {KEYS.map(([keys, does]) => (
          <Table.Tr key={keys}>
            <Table.Td w={130}>
              {keys.split(" ").map((key) => (
                <Kbd key={key} mr={4}>
                  {key}
                </Kbd>
              ))}
            </Table.Td>
            <Table.Td>{does}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Modal>
);
