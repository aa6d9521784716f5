/** Fails where what the first page loads is larger than it may be. `npm run build` goes before. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
  isEntry?: boolean;
}

const MOST_BYTES = 300 * 1024;
const chunks = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf-8")) as Record<string, Chunk>;

/** The chunks that a chunk cannot run without, and itself. Those that are loaded later are not among them. */
function needed(name: string, seen = new Set<string>()): Set<string> {
  const chunk = chunks[name];
  if (!chunk || seen.has(name)) return seen;
  seen.add(name);
  for (const each of chunk.imports ?? []) needed(each, seen);
  return seen;
}

const entries = Object.keys(chunks).filter((name) => chunks[name]?.isEntry);
const first = new Set(entries.flatMap((name) => [...needed(name)]));
const files = new Set([...first].flatMap((name) => [chunks[name]?.file ?? "", ...(chunks[name]?.css ?? [])]));
const sizes = [...files].map((file) => ({ file, bytes: gzipSync(readFileSync(`dist/${file}`)).length }));
const total = sizes.reduce((sum, each) => sum + each.bytes, 0);

for (const { file, bytes } of sizes) process.stdout.write(`${(bytes / 1024).toFixed(1).padStart(8)} KiB  ${file}\n`);
process.stdout.write(`${(total / 1024).toFixed(1).padStart(8)} KiB  first load, gzip; at most ${MOST_BYTES / 1024}\n`);
process.exitCode = total > MOST_BYTES ? 1 : 0;
