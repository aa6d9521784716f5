export { NOTHING as NO_SESSION, sessionAsked, SessionFields } from "./components/SessionFields";
export { SessionName } from "./components/SessionName";
export { SessionsTable } from "./components/SessionsTable";
export { SessionStatus } from "./components/SessionStatus";
