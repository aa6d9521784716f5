import { Client, type CombinedError, fetchExchange, mapExchange } from "urql";

import { normalizedCache } from "./cache";
import { earlyFetch } from "./early";
import { unlessUncached } from "./uncached";

/** What the gateway asks of a request by cookie: no other site's page can send it. */
export const OWN_HEADER = { "X-Quarterdeck": "web" };

/** Whether the gateway does not, or no longer, know who is asking. */
export const isUnauthenticated = (error: CombinedError): boolean =>
  (error.response as Response | undefined)?.status === 401 ||
  error.graphQLErrors.some((each) => each.extensions.code === "UNAUTHENTICATED");

/** `loggedOut` is called whenever an answer says that the log-in does not hold. */
export const createClient = (loggedOut: () => void): Client =>
  new Client({
    url: "/graphql",
    fetch: earlyFetch,
    preferGetMethod: false,
    fetchOptions: { credentials: "same-origin", headers: OWN_HEADER },
    exchanges: [
      mapExchange({ onError: (error) => (isUnauthenticated(error) ? loggedOut() : undefined) }),
      unlessUncached(normalizedCache()),
      fetchExchange,
    ],
  });
