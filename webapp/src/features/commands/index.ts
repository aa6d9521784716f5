export { CommandStatus } from "./components/CommandStatus";
export { CommandsTable } from "./components/CommandsTable";
export { RunCommand } from "./components/RunCommand";
