/** `node pack.ts FOLDER`: writes a brotli and a gzip file beside each file of a build that gets smaller by it. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXT = new Set([".js", ".css", ".svg", ".json", ".txt", ".webmanifest"]);
const LEAST_BYTES = 512;

const folder = process.argv[2];
if (!folder) throw new Error("usage: node pack.ts FOLDER");

for (const name of readdirSync(folder, { recursive: true, encoding: "utf-8" })) {
  if (!TEXT.has(extname(name))) continue;
  const path = join(folder, name);
  const plain = readFileSync(path);
  if (plain.length < LEAST_BYTES) continue;
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  const packed = { br: brotliCompressSync(plain, { params }), gz: gzipSync(plain, { level: 9 }) };
  for (const [ending, bytes] of Object.entries(packed)) {
    if (bytes.length < plain.length) writeFileSync(`${path}.${ending}`, bytes);
  }
}
