import { Button } from "@mantine/core";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { useGo } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { useChanges } from "@/shared/streams/useChanges";
import { globalId } from "@/shared/text/ids";
import { Confirm } from "@/shared/ui/Confirm";
import { CopyId } from "@/shared/ui/CopyId";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";

import { BudgetWholeDocument, type BudgetWholeQuery } from "../api/BudgetWhole.generated";
import { RemoveBudgetDocument } from "../api/RemoveBudget.generated";
import { WatchBudgetsDocument } from "../api/WatchBudgets.generated";
import { LOOKS } from "../looks";
import type { BudgetSearch } from "../search";
import { stateOf, titleOf } from "../words";
import { AnswerPanel } from "./AnswerPanel";
import { BudgetForm } from "./BudgetForm";
import { BudgetNow } from "./BudgetNow";
import { Held, useHeld } from "./Held";
import { Periods } from "./Periods";
import { Postings } from "./Postings";
import { Reservations } from "./Reservations";

type Budget = NonNullable<BudgetWholeQuery["budget"]>;

interface BudgetViewProps {
  uuid: string;
  ask: BudgetSearch["ask"];
  go: (search: BudgetSearch) => void;
}

export function BudgetView({ uuid, ask, go }: BudgetViewProps) {
  const project = useProjectOrServer();
  const id = globalId("Budget", uuid);
  const { data, fault, waiting, again } = useAsked({
    query: BudgetWholeDocument,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  useChanges({
    document: WatchBudgetsDocument,
    variables: (after) => ({ projectId: project?.id ?? "", after }),
    key: project?.id,
    again,
  });
  useFresh(again, (event) => !project && about("Budget")(event));
  if (waiting) return <Skeletons />;
  if (data?.budget) return <Shown key={uuid} uuid={uuid} budget={data.budget} ask={ask} go={go} />;
  if (fault) return <Failure fault={fault} again={again} />;
  return <NoSuch noun="budget" />;
}

function Shown({ uuid, budget, ask, go }: BudgetViewProps & { budget: Budget }) {
  const { may } = useViewer();
  const held = useHeld(uuid, budget);
  const state = stateOf(budget);
  const mayChange = may("budget:write") && !budget.removedAt;
  const answers = mayChange && (state === "asks" || (state === "closed" && ask === "answer"));
  return (
    <Page
      title={titleOf(budget)}
      beside={
        <>
          <Status {...LOOKS[state]} />
          <CopyId id={budget.id} label="budget id" />
        </>
      }
      actions={
        mayChange && (
          <>
            {state === "closed" && !answers && (
              <Button variant="default" onClick={() => go({ ask: "answer" })}>
                Answer anew
              </Button>
            )}
            <Button variant="default" onClick={() => go({ ask: "change" })}>
              Change
            </Button>
            <Button variant="default" onClick={() => go({ ask: "remove" })}>
              Remove
            </Button>
          </>
        )
      }
    >
      <BudgetNow budget={budget} />
      {answers && <AnswerPanel budget={budget} held={held.length} done={() => go({})} />}
      <Held sessions={held} />
      <Reservations budget={budget} />
      <Postings budget={budget} />
      <Periods budget={budget} />
      {ask === "change" && mayChange && <BudgetForm known={[]} budget={budget} close={() => go({})} />}
      {ask === "remove" && mayChange && <Remove budget={budget} held={held.length} close={() => go({})} />}
    </Page>
  );
}

function Remove({ budget, held, close }: { budget: Budget; held: number; close: () => void }) {
  const slug = useProjectOrServer()?.slug;
  const follow = useGo();
  const { run, running, fault } = useDone(RemoveBudgetDocument);
  const remove = async () => {
    if (await run({ input: { budgetId: budget.id } })) follow(nounAddress(slug, "budgets"));
  };
  return (
    <Confirm
      title="Remove this budget?"
      yes="Remove"
      ends
      running={running}
      fault={fault}
      onYes={() => void remove()}
      onClose={close}
    >
      <RemoveWords held={held} />
    </Confirm>
  );
}

const RemoveWords = ({ held }: { held: number }) => (
  <span>
    {held === 0
      ? "It limits nothing any more. "
      : `The ${held === 1 ? "session" : `${held} sessions`} that it holds will go on, without this limit. `}
    What was spent is kept: set again, it goes on counting where it was.
  </span>
);
