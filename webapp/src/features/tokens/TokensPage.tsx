import { Button } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { about, useFresh } from "@/shared/streams/feed";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { TokensDocument } from "./api/Tokens.generated";
import { IssueToken } from "./components/IssueToken";
import { TokensTable } from "./components/TokensTable";
import { tokensRoute } from "./routes";
import { isBrowser } from "./standing";

export function TokensPage() {
  const { issue = false } = tokensRoute.useSearch();
  const navigate = tokensRoute.useNavigate();
  const { may } = useViewer();
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: TokensDocument,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  useFresh(again, about("Token", "Login"));
  const tokens = data?.viewer.tokens.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.viewer.tokens.pageInfo ?? {};
  const browsers = tokens.filter(isBrowser);
  const others = tokens.filter((token) => !isBrowser(token));
  const open = (next: boolean) => void navigate({ search: next ? { issue: true } : {}, replace: true });
  const button = may("token:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => open(true)}>
      Issue a token
    </Button>
  );
  return (
    <Page title="Tokens" actions={button}>
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {browsers.length > 0 && (
        <Section title="Browsers that are logged in">
          <TokensTable tokens={browsers} label="Browsers" />
        </Section>
      )}
      {data && (
        <Section title="API tokens">
          {others.length > 0 ? (
            <TokensTable
              tokens={others}
              label="Tokens"
              more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
            />
          ) : (
            <Empty icon={IconKey} title="No API token" command="qd token issue NAME" action={button}>
              A token lets qd, an agent or a script do in your name what its scopes say, and nothing else.
            </Empty>
          )}
        </Section>
      )}
      {issue && <IssueToken onClose={() => open(false)} />}
    </Page>
  );
}
