import { Button, Code, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useEffect, useEffectEvent, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { Failure } from "@/shared/ui/Failure";

import { logIn } from "./logIn";
import { loginRoute } from "./routes";

import classes from "./LoginPage.module.css";

/** The token in the link, which the address does not keep: not in the history, not in a picture of the screen. */
function takeLinked(): string | undefined {
  const linked = location.hash.slice(1);
  if (linked) history.replaceState(null, "", location.pathname + location.search);
  return linked || undefined;
}

export function LoginPage() {
  const { back = "/" } = loginRoute.useSearch();
  const [token, setToken] = useState("");
  const [fault, setFault] = useState<Fault>();
  const [busy, setBusy] = useState(false);

  const send = async (given: string) => {
    setBusy(true);
    setFault(undefined);
    const refusal = await logIn(given);
    if (!refusal) return location.replace(back); // loaded anew: nothing of who was here before is left
    setFault(refusal);
    setBusy(false);
  };
  const begin = useEffectEvent(() => {
    const linked = takeLinked();
    if (linked) void send(linked);
  });
  useEffect(() => {
    document.title = "Log in · Quarterdeck";
    begin();
    addEventListener("hashchange", begin);
    return () => removeEventListener("hashchange", begin);
  }, []);

  return (
    <main className={classes.page}>
      <Paper withBorder p="xl" radius="lg" className={classes.card}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(token.trim());
          }}
        >
          <Stack gap="md">
            <Title order={1}>Log in to Quarterdeck</Title>
            <Text size="sm" c="dimmed">
              Open the link that <Code>make up</Code> printed, print another with <Code>quarterdeck login-link</Code>,
              or paste a token here.
            </Text>
            {fault && <Failure fault={fault} />}
            <PasswordInput
              label="Token"
              placeholder="qd_…"
              autoComplete="off"
              spellCheck={false}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              disabled={busy}
              data-autofocus
            />
            <Button type="submit" size="sm" loading={busy} disabled={!token.trim()}>
              Log in
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
