import { MantineProvider } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { useState } from "react";
import { Provider as GraphQLProvider } from "urql";

import { createClient } from "@/shared/graphql/client";
import { Socket } from "@/shared/streams/socket";
import { SocketContext } from "@/shared/streams/useStream";
import { nonce } from "@/shared/theme/nonce";
import { theme, variables } from "@/shared/theme/theme";

import { router } from "./router";

setNonce(nonce() ?? ""); // for the style element that keeps a page still below a dialogue

/** Whoever is not logged in goes to the log-in, and comes back from there. */
function toLogin(): void {
  const { pathname, searchStr } = router.state.location;
  if (pathname !== "/login") void router.navigate({ to: "/login", search: { back: pathname + searchStr } });
}

export function App() {
  const [client] = useState(() => createClient(toLogin));
  const [socket] = useState(() => new Socket(toLogin));
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce() ?? ""}
    >
      <GraphQLProvider value={client}>
        <SocketContext value={socket}>
          <RouterProvider router={router} />
        </SocketContext>
      </GraphQLProvider>
    </MantineProvider>
  );
}
