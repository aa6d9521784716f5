import { OWN_HEADER } from "@/shared/graphql/client";

/** Ends the log-in at the gateway. Everything that this page knows goes with it: it is loaded anew. */
export async function logOut(): Promise<void> {
  await fetch("/web/logout", { method: "POST", credentials: "same-origin", headers: OWN_HEADER });
  location.assign("/login");
}
