export { CommandsTable } from "./components/CommandsTable";
export { RunCommand } from "./components/RunCommand";
