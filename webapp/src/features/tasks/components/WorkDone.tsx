import { Text } from "@mantine/core";

import { useProject } from "@/shared/projects/useProjects";
import { commandAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { counted, whole } from "@/shared/text/counts";
import { span } from "@/shared/time/spans";
import { SafeText } from "@/shared/ui/SafeText";

import type { TaskWorkDoneQuery } from "../api/TaskWorkDone.generated";
import { spoken } from "../terms";
import { changed, ran } from "../words";

import classes from "./Entries.module.css";

type Work = NonNullable<TaskWorkDoneQuery["task"]>["work"]["edges"][number]["node"];

const FILES = 5;
const COMMANDS = 5;

/** What a session did until it ended: files, commands, branches, and what it took in models. */
export function WorkDone({ work }: { work: Work }) {
  const rest = (work.filesChanged ?? 0) - Math.min(FILES, work.largestChanges.length);
  return (
    <>
      <Text size="sm" mt={4}>
        {[
          changed(work.filesChanged, work.linesAdded, work.linesRemoved),
          ran(work.commands, work.commandsFailed),
          cost(work),
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      {work.how !== "CLOSED" && work.reason && (
        <Text size="sm" c="var(--qd-bad)">
          <SafeText text={work.reason} />
        </Text>
      )}
      {work.missing && (
        <Text size="sm" c="var(--qd-warn)">
          <SafeText text={work.missing} />
        </Text>
      )}
      <ul className={classes.commands}>
        {work.largestChanges.slice(0, FILES).map((file) => (
          <li key={file.path}>
            {file.linesAdded !== null && (
              <span>
                +{whole(file.linesAdded)} -{whole(file.linesRemoved ?? 0)}
              </span>
            )}
            <span className="mono">
              <SafeText text={file.path} />
            </span>
          </li>
        ))}
        {rest > 0 && <li>and {counted(rest, "more file")}</li>}
      </ul>
      <Commands work={work} />
      {work.branches.map(({ branch, commit }) => (
        <Text key={branch} size="sm">
          branch <SafeText text={branch} /> at <span className="mono">{commit.slice(0, 12)}</span>
        </Text>
      ))}
    </>
  );
}

function Commands({ work }: { work: Work }) {
  const { slug } = useProject();
  return (
    <ul className={classes.commands}>
      {work.lastCommands.slice(-COMMANDS).map((command) => (
        <li key={command.commandId}>
          <span className={command.failed ? classes.failed : undefined}>
            {command.failed ? ended(command) : "done"}
            {command.wallMs !== null && `, ${span(command.wallMs / 1000)}`}
          </span>
          <HrefLink href={commandAddress(slug, work.sessionId, command.commandId)} size="xs" className="mono">
            <SafeText text={command.text} />
          </HrefLink>
        </li>
      ))}
    </ul>
  );
}

function ended({ outcome, exitCode, signal }: Work["lastCommands"][number]): string {
  if (exitCode !== null && outcome === "EXITED") return `exit ${exitCode}`;
  return signal && outcome === "SIGNALLED" ? signal : spoken(outcome);
}

function cost({ usage }: Work): string {
  if (!usage) return "";
  const paid = usage.usd === null ? "cost unknown" : `$${usage.usd}${usage.unpriced > 0 ? " and more" : ""}`;
  return `${counted(usage.tokens, "token")}, ${paid}`;
}
