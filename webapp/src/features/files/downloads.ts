import { uuidOf } from "@/shared/text/ids";

/** Where the very bytes of a file are: a link to it saves it. */
export const fileDownload = (sessionId: string, tree: string, path: string): string =>
  `/exports/${uuidOf(sessionId)}/${tree}/file?path=${encodeURIComponent(path)}`;
