/** What makes a terminal move, colour or ask: left out where text is read as lines. */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*(?:[@-~]|$)|[\]PX^_][\s\S]*?(?:\u0007|\u001b\\|$)|[ -/]*[0-~]?)|\u009b[0-?]*[ -/]*[@-~]/gu;
const LONGEST = 240;

/** What a line shows in the end, where a carriage return began it anew, as progress bars do. */
const shown = (line: string): string => line.replace(/\r+$/u, "").split("\r").at(-1) ?? "";

/** The last lines of what was printed that have something in them. */
export function lastLines(printed: string, count: number): string[] {
  return printed
    .replace(SEQUENCES, "")
    .split("\n")
    .map(shown)
    .filter((line) => line.trim())
    .slice(-count)
    .map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
}
