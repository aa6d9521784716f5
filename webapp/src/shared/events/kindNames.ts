/** What events are about: for addresses, without the icons and topics of `kinds`. */
export const kindNames = ["commands", "session", "files", "network", "tasks", "usage"] as const;

export type KindName = (typeof kindNames)[number];
