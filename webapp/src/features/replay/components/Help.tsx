import { Modal } from "@mantine/core";

import { KeyTable } from "@/shared/keyboard/KeyTable";

const KEYS: readonly (readonly [string, string])[] = [
  ["space", "play, pause"],
  ["← →", "5 s back, on; with shift 1 min"],
  [", .", "event before, next event"],
  ["p n", "command before, next command"],
  ["[ ]", "slower, faster"],
  ["home end", "the start; the end"],
  ["i", "skip idle time: no pause lasts longer than 2 s"],
  ["/", "find in what was printed; then n and N: the next one, the one before"],
  ["g", "go to a time, position or command"],
  ["t", "another of the commands that run"],
  ["e f s", "events, files changed until then, how all stood"],
  ["?", "these keys"],
];

export const Help = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Modal opened={opened} onClose={onClose} title="Keys of the replay">
    <KeyTable keys={KEYS.map(([keys, does]) => ({ keys: keys.split(" "), does }))} />
  </Modal>
);
