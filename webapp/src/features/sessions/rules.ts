export interface Rule {
  host: string;
  port: number;
}

const LINE = /^(?<host>\[[0-9a-f:]+\]|[^\s:/]+)(?::(?<port>\d{1,5}))?$/i;
const HTTPS = 443;
const LARGEST_PORT = 65_535;

/** Hosts and ports as people write them, one a line; the first line that is none is `wrong`. */
export function parseRules(text: string): { rules: Rule[]; wrong?: string } {
  const rules: Rule[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (!line) continue;
    const { host, port } = LINE.exec(line)?.groups ?? {};
    const number = port === undefined ? HTTPS : Number(port);
    if (!host || number < 1 || number > LARGEST_PORT) return { rules, wrong: line };
    rules.push({ host, port: number });
  }
  return { rules };
}

export const writeRules = (rules: readonly Rule[]): string =>
  rules.map(({ host, port }) => `${host}:${port}`).join("\n");
