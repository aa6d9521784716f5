import { Alert, Button, Text } from "@mantine/core";
import { IconCoin, IconPencil } from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { ButtonLink, TextLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { PricesDocument } from "./api/Prices.generated";
import { PricesForm } from "./components/PricesForm";
import { PricesTable } from "./components/PricesTable";
import { pricesRoute } from "./routes";

export function PricesPage() {
  const project = useProject();
  const { revise = false } = pricesRoute.useSearch();
  const navigate = pricesRoute.useNavigate();
  const { may } = useViewer();
  const { data, fault, waiting, again } = useAsked({
    query: PricesDocument,
    variables: { projectId: project.id },
    requestPolicy: "cache-and-network",
  });
  useFresh(again, about("PriceTable"));
  const table = data?.priceTable;
  const go = (open: boolean) => void navigate({ search: open ? { revise: true } : {}, resetScroll: false });
  const button = may("project:write") && (
    <Button leftSection={<IconPencil size={14} aria-hidden />} onClick={() => go(true)}>
      {table?.prices.length === 0 ? "Set prices" : "Revise"}
    </Button>
  );
  return (
    <Page
      title="Prices"
      actions={
        <>
          <ButtonLink
            to="/p/$project/usage"
            params={{ project: project.slug }}
            search={{ tab: "cost" }}
            variant="default"
          >
            Cost
          </ButtonLink>
          {!revise && table && table.prices.length > 0 && button}
        </>
      }
    >
      <Text size="sm" c="dimmed">
        Dollars for a million tokens of this project&apos;s calls of models. They go before the prices that genai-prices
        has published with its installed release.{" "}
        {table && table.revision > 0 && (
          <TextLink
            to="/p/$project/log"
            params={{ project: project.slug }}
            search={{ topics: ["PriceTableRevised"] }}
            size="sm"
            underline="always"
          >
            Revision {table.revision}, and those before
          </TextLink>
        )}
      </Text>
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {table && revise && may("project:write") && (
        <PricesForm projectId={project.id} table={table} close={() => go(false)} />
      )}
      {table && !revise && table.prices.length > 0 && <PricesTable prices={table.prices} />}
      {table && !revise && table.prices.length === 0 && (
        <Empty
          icon={IconCoin}
          title="No prices of its own"
          command="qd usage prices --file prices.json"
          action={button}
        >
          Models that genai-prices knows are priced by it. Give a price to those that it does not know, such as your
          own, or where you pay something else.
        </Empty>
      )}
      {table && !revise && !may("project:write") && (
        <Alert variant="light" color="gray" p="xs">
          Owners of the project revise prices, with a token of the scope project:write.
        </Alert>
      )}
    </Page>
  );
}
