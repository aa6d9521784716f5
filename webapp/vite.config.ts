import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { earlyScript } from "./early-script.ts";
import { singleIcons } from "./icons.ts";
import { routeChunks } from "./route-chunks.ts";
import { componentStyles } from "./styles.ts";

const server = process.env.QD_WEB_SERVER ?? "http://127.0.0.1:7777";
const token = process.env.QD_WEB_TOKEN;

/** `npm run dev` passes the API on to a gateway that runs, with a token from the environment where there is one. */
const proxied = {
  target: server,
  changeOrigin: true,
  ws: true,
  headers: { origin: server, ...(token ? { authorization: `Bearer ${token}` } : {}) },
};

const routes = routeChunks();

export default defineConfig({
  plugins: [singleIcons(), componentStyles(), react(), routes, earlyScript(routes)],
  resolve: { alias: { "@": fileURLToPath(new URL("src", import.meta.url)) } },
  server: {
    port: Number(process.env.QD_WEB_PORT ?? 5173),
    proxy: { "/graphql": proxied, "/web": proxied, "^/usage/": proxied },
  },
  preview: { proxy: { "/graphql": proxied, "/web": proxied } },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    cssCodeSplit: false, // a sheet of its own for each page would be another trip
    rolldownOptions: {
      output: {
        codeSplitting: {
          // few files: a browser asks for six at a time
          groups: [
            { name: "first", tags: ["$initial"] },
            { name: "icons", test: /@tabler/u, minShareCount: 2 },
            { name: "table", test: /virtual|DataTable/u, minShareCount: 2 },
            { name: "common", test: /^(?!.*@(?:codemirror|lezer))/u, minShareCount: 5, maxModuleSize: 6000 },
          ],
        },
      },
    },
  },
  test: {
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}"],
    pool: "threads",
    maxWorkers: 2,
    isolate: false,
    testTimeout: 60_000, // ends what hangs; says nothing of speed, which a busy machine decides
  },
});
