import { Code, Kbd, SegmentedControl, Stack, Table, Text, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { shortcuts } from "@/shared/keyboard/shortcuts";
import { type Preferences, prefer, usePreferences } from "@/shared/preferences/preferences";
import { TextLink } from "@/shared/routing/links";
import { whole } from "@/shared/text/counts";
import { CopyId } from "@/shared/ui/CopyId";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import { AboutServerDocument } from "./api/AboutServer.generated";

import classes from "./SettingsPage.module.css";

export function SettingsPage() {
  return (
    <Page title="Settings">
      <Appearance />
      <Account />
      <Keys />
      <About />
    </Page>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { times, motion } = usePreferences();
  return (
    <Section title="This browser">
      <Choice
        name="Colours"
        says="Automatic goes with the system"
        value={colorScheme}
        choose={(value) => setColorScheme(value as typeof colorScheme)}
        options={{ auto: "Automatic", light: "Light", dark: "Dark" }}
      />
      <Choice
        name="Times"
        says="Both times are told when one points at one"
        value={times}
        choose={(value) => prefer({ times: value as Preferences["times"] })}
        options={{ ago: "How long ago", local: "My time", utc: "UTC" }}
      />
      <Choice
        name="Motion"
        says="Without it nothing slides or fades"
        value={motion}
        choose={(value) => prefer({ motion: value as Preferences["motion"] })}
        options={{ system: "As the system", none: "None" }}
      />
    </Section>
  );
}

interface ChoiceProps {
  name: string;
  says: string;
  value: string;
  choose: (value: string) => void;
  options: Record<string, string>;
}

function Choice({ name, says, value, choose, options }: ChoiceProps) {
  return (
    <div className={classes.row}>
      <Stack gap={0}>
        <Text size="sm" fw={500}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {says}
        </Text>
      </Stack>
      <SegmentedControl
        size="xs"
        aria-label={name}
        value={value}
        onChange={choose}
        data={Object.entries(options).map(([option, label]) => ({ value: option, label }))}
      />
    </div>
  );
}

function Account() {
  const { viewer } = useViewer();
  if (!viewer) return null;
  return (
    <Section title="Who you are">
      <Facts>
        <Fact name="Name">
          <SafeText text={viewer.name} /> <CopyId id={viewer.id} label="user id" />
        </Fact>
        <Fact name="Role">{viewer.admin ? "Admin: sees every project, and what concerns the server" : "User"}</Fact>
        <Fact name="Token">
          <CopyId id={viewer.tokenId} label="token id" />, of {whole(viewer.scopes.length)} scopes.{" "}
          {viewer.scopes.includes("token:read") && (
            <TextLink to="/tokens" inherit>
              All tokens
            </TextLink>
          )}
        </Fact>
      </Facts>
    </Section>
  );
}

function Keys() {
  return (
    <Section title="Keyboard">
      <Facts>
        {shortcuts.map(({ keys, does }) => (
          <Fact
            key={does}
            name={keys.map((key) => (
              <Kbd key={key} mr={4}>
                {key}
              </Kbd>
            ))}
          >
            {does}
          </Fact>
        ))}
      </Facts>
      <Text size="sm" c="dimmed">
        <Kbd>?</Kbd> shows them all, with those that go to a page.
      </Text>
    </Section>
  );
}

function About() {
  const { data } = useAsked({ query: AboutServerDocument, requestPolicy: "cache-and-network" });
  return (
    <Section title="The server">
      <Facts>
        <Fact name="Release">{data && `Quarterdeck ${data.log.release}`}</Fact>
        <Fact name="Address">
          <Code>{location.origin}</Code>
        </Fact>
        <Fact name="Log">
          {data && `${whole(data.log.position)} events`} ·{" "}
          <TextLink to="/log" inherit>
            read it
          </TextLink>{" "}
          ·{" "}
          <TextLink to="/log/proof" inherit>
            verify it
          </TextLink>
        </Fact>
        <Fact name="qd">
          <Code>qd login {location.origin}/…</Code> logs another machine in, by a link of{" "}
          <Code>quarterdeck login-link</Code>
        </Fact>
      </Facts>
    </Section>
  );
}

const Facts = ({ children }: { children: ReactNode }) => (
  <Table withRowBorders={false} verticalSpacing={4} className={classes.facts}>
    <Table.Tbody>{children}</Table.Tbody>
  </Table>
);

const Fact = ({ name, children }: { name: ReactNode; children: ReactNode }) => (
  <Table.Tr>
    <Table.Th scope="row">{name}</Table.Th>
    <Table.Td>{children}</Table.Td>
  </Table.Tr>
);
