/** Fails where what a first page loads is larger than it may be. `npm run build` goes before. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

interface Chunk {
  file: string;
  imports?: string[];
}

/** In KiB: what every page loads, and what these load beside it. */
const MOST = {
  "index.html": 260,
  "src/features/home/HomePage.tsx": 32,
  "src/features/sessions/SessionPage.tsx": 65,
};

const chunks = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf-8")) as Record<string, Chunk>;
const linked = readFileSync("dist/index.html", "utf-8").matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/gu);

/** The chunks that a chunk cannot run without, and itself. Those that are loaded later are not among them. */
function needed(name: string, seen = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (!chunk) throw new Error(`${name} is no chunk`);
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const each of chunk.imports ?? []) needed(each, seen);
  return seen;
}

const filesOf = (name: string): string[] => [...needed(name)].map((each) => chunks[each]?.file ?? "");
const first = new Set([...[...linked].map(([, file]) => file ?? ""), ...filesOf("index.html")]);

for (const [name, most] of Object.entries(MOST)) {
  const files = name === "index.html" ? [...first] : filesOf(name).filter((file) => !first.has(file));
  const sizes = files.map((file) => ({ file, kib: gzipSync(readFileSync(`dist/${file}`)).length / 1024 }));
  const total = sizes.reduce((sum, each) => sum + each.kib, 0);
  for (const { file, kib } of sizes) process.stdout.write(`${kib.toFixed(1).padStart(8)} KiB  ${file}\n`);
  process.stdout.write(`${total.toFixed(1).padStart(8)} KiB  ${name}, gzip; at most ${most}\n`);
  if (total > most) process.exitCode = 1;
}
