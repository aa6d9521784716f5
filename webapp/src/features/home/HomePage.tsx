import { SessionsTable } from "@/features/sessions";
import { Page, Section } from "@/shared/ui/Page";

export function HomePage() {
  return (
    <Page title="Home">
      <Section title="Open sessions">
        <SessionsTable of="open" />
      </Section>
    </Page>
  );
}
