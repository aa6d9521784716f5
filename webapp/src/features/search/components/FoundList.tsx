import { Text, VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useRef } from "react";

import { CommandStatus } from "@/features/commands";
import { useProjects } from "@/shared/projects/useProjects";
import { commandAddress, outputAddress, sessionAddress } from "@/shared/routing/addresses";
import { HrefLink, useFollow } from "@/shared/routing/HrefLink";
import { whole } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { SafeText } from "@/shared/ui/SafeText";
import { stepOf } from "@/shared/ui/tableKeys";
import { Time } from "@/shared/ui/Time";

import { byCommand, type Hit, type OfCommand, parts } from "../found";

import classes from "./Search.module.css";

interface FoundListProps {
  hits: readonly Hit[];
  /** Say of which project each is. */
  manyProjects: boolean;
  /** All are of one session, which is named elsewhere. */
  ofSession: boolean;
}

/** Lines that were found, by their command. Arrow keys go from line to line, Enter to where it is. */
export function FoundList({ hits, manyProjects, ofSession }: FoundListProps) {
  const list = useRef<HTMLOListElement>(null);
  const move = (event: KeyboardEvent) => {
    const lines = [...(list.current?.querySelectorAll<HTMLElement>("[data-hit]") ?? [])];
    const at = lines.indexOf(event.target as HTMLElement);
    const next = at < 0 ? undefined : stepOf(event.key, at, lines.length);
    if (next === undefined) return;
    event.preventDefault();
    lines[next]?.focus();
  };
  if (hits.length === 0) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the links in it
    <ol ref={list} className={classes.list} aria-label="Found" onKeyDown={move}>
      {byCommand(hits).map((each) => (
        <Group key={each.command.id} of={each} manyProjects={manyProjects} ofSession={ofSession} />
      ))}
    </ol>
  );
}

function Group({ of, manyProjects, ofSession }: { of: OfCommand } & Omit<FoundListProps, "hits">) {
  const { slugOf } = useProjects();
  const { command, hits } = of;
  const { session } = command;
  const slug = slugOf(session.project);
  const address = commandAddress(slug, session.id, command.id);
  return (
    <li className={classes.group}>
      <div className={classes.head}>
        <HrefLink href={address} className={`mono ${classes.command}`} fw={500} size="sm">
          <SafeText text={command.text.trim().split("\n")[0] || "(nothing)"} />
        </HrefLink>
        <CommandStatus command={command} />
        <Text size="xs" c="dimmed" component="span" className={classes.where}>
          {!ofSession && (
            <>
              {manyProjects && (
                <>
                  <SafeText text={session.project.name} /> ·{" "}
                </>
              )}
              <HrefLink href={sessionAddress(slug, session.id)} size="xs">
                <SafeText text={session.title || shortId(session.id)} />
              </HrefLink>{" "}
              ·{" "}
            </>
          )}
          <SafeText text={command.requestedBy} /> · <Time at={command.requestedAt} />
        </Text>
      </div>
      <ol className={classes.lines}>
        {hits.map((hit) => (
          <li key={`${hit.kind} ${hit.offset} ${hit.excerpt}`}>
            <Line hit={hit} address={hit.offset === null ? address : outputAddress(address, hit.offset)} />
          </li>
        ))}
      </ol>
    </li>
  );
}

function Line({ hit, address }: { hit: Hit; address: string }) {
  const follow = useFollow();
  return (
    <a href={address} data-hit className={classes.line} onClick={(event) => follow(address, event)}>
      <span className={classes.offset} title={hit.offset === null ? "In the command's text" : "Where in the output"}>
        <VisuallyHidden>{hit.offset === null ? "In its " : "Output at "}</VisuallyHidden>
        {hit.offset === null ? "text" : whole(hit.offset)}
      </span>
      <span className={classes.text}>
        {parts(hit.excerpt, hit.ranges).map(({ text, found }, at) =>
          found ? (
            <mark key={at} className={classes.mark}>
              <SafeText text={text} />
            </mark>
          ) : (
            <SafeText key={at} text={text} />
          ),
        )}
        {hit.cut && <span className={classes.cut}> …</span>}
      </span>
    </a>
  );
}
