export { NOTHING as NO_SESSION, sessionAsked, SessionFields } from "./components/SessionFields";
export { SessionName, SessionsTable } from "./components/SessionsTable";
export { SessionStatus } from "./components/SessionStatus";
