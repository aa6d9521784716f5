export interface Shortcut {
  keys: string[];
  does: string;
}

/** Keys that hold everywhere; those of a page stand on that page. */
export const shortcuts: readonly Shortcut[] = [
  { keys: ["Ctrl", "K"], does: "Open the command palette" },
  { keys: ["/"], does: "The same" },
  { keys: ["?"], does: "Show the keys" },
  { keys: ["↑", "↓"], does: "Go from row to row of a list (or k, j)" },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["Home", "End"], does: "First and last row" },
  { keys: ["Esc"], does: "Close what is open" },
];
