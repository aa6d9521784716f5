export { SessionName, SessionsTable } from "./components/SessionsTable";
export { SessionStatus } from "./components/SessionStatus";
