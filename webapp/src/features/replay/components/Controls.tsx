import { ActionIcon, Button, Group, Popover, Select, Switch, Text, TextInput, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import {
  IconKeyboard,
  IconLink,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipBackFilled,
  IconPlayerSkipForwardFilled,
} from "@tabler/icons-react";
import { type FormEvent, memo, type RefObject, useState } from "react";

import { whole } from "@/shared/text/counts";

import { SPEEDS } from "../core/clock";
import { clockOf, placeOf } from "../core/places";
import type { Player } from "../player";

import classes from "./Replay.module.css";

interface ControlsProps {
  player: Player;
  link: () => string;
  going: boolean;
  onGoing: (on: boolean) => void;
  finding: boolean;
  onFinding: () => void;
  findButton: RefObject<HTMLButtonElement | null>;
  onHelp: () => void;
}

const LOCAL = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });

/** Playing, pace, and where one is. */
export function Controls({ player, link, going, onGoing, onHelp, finding, onFinding, findButton }: ControlsProps) {
  const { clock, line } = player;
  const really = new Date(line.began / 1000 + clock.at * 1000);
  return (
    <div className={classes.controls}>
      <Playing player={player} playing={clock.playing} />
      <div className={classes.clock}>
        <Text component="span" fw={600} data-testid="moment">
          {clockOf(clock.at)}
        </Text>
        <Text component="span" c="dimmed">
          {` / ${clockOf(clock.end)}`}
        </Text>
        <Text size="xs" c="dimmed">
          {LOCAL.format(really)} · event {whole(player.count)} of {whole(line.length)}
        </Text>
      </div>
      <span className={classes.grow} />
      <Group gap="sm">
        <Pace player={player} speed={clock.speed} skipsIdle={clock.skipsIdle} />
        <GoTo player={player} opened={going} onOpened={onGoing} />
        <Button ref={findButton} variant="default" aria-expanded={finding} onClick={onFinding}>
          Find…
        </Button>
        <Share link={link} />
        <Keys onHelp={onHelp} />
      </Group>
    </div>
  );
}

// what does not change with time is not drawn with each moment

const Playing = memo(function Playing({ player, playing }: { player: Player; playing: boolean }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Step label="The command before (p)" icon={IconPlayerSkipBackFilled} onClick={() => player.toCommand(-1)} />
      <ActionIcon size={36} radius="xl" aria-label={playing ? "Pause" : "Play"} onClick={() => player.toggle()}>
        {playing ? <IconPlayerPauseFilled size={18} aria-hidden /> : <IconPlayerPlayFilled size={18} aria-hidden />}
      </ActionIcon>
      <Step label="The next command (n)" icon={IconPlayerSkipForwardFilled} onClick={() => player.toCommand(1)} />
    </Group>
  );
});

const Pace = memo(function Pace(props: { player: Player; speed: number; skipsIdle: boolean }) {
  const { player, speed, skipsIdle } = props;
  return (
    <>
      <Select
        size="xs"
        w={82}
        aria-label="Speed"
        allowDeselect={false}
        value={String(speed)}
        onChange={(next) => next && player.pace(Number(next))}
        data={SPEEDS.map((each) => ({ value: String(each), label: `× ${each}` }))}
      />
      <Tooltip label="No pause lasts longer than 2 seconds (i)">
        <Switch size="sm" label="Skip idle" checked={skipsIdle} onChange={() => player.toggleIdle()} />
      </Tooltip>
    </>
  );
});

const Share = memo(
  function Share({ link }: { link: () => string }) {
    const { copied, copy } = useClipboard();
    return (
      <Button variant="default" leftSection={<IconLink size={14} aria-hidden />} onClick={() => copy(link())}>
        {copied ? "Copied" : "Copy link to this moment"}
      </Button>
    );
  },
  // it is asked when it is clicked, and says the moment of then
  () => true,
);

const Keys = memo(
  function Keys({ onHelp }: { onHelp: () => void }) {
    return (
      <Tooltip label="The keys (?)">
        <ActionIcon variant="default" size={30} aria-label="Show the keys" onClick={onHelp}>
          <IconKeyboard size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    );
  },
  () => true,
);

function Step({ label, icon: Shape, onClick }: { label: string; icon: typeof IconLink; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={30} aria-label={label} onClick={onClick}>
        <Shape size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

interface GoToProps {
  player: Player;
  opened: boolean;
  onOpened: (on: boolean) => void;
}

const GoTo = memo(GoToPlace, (before, after) => before.opened === after.opened);

function GoToPlace({ player, opened, onOpened }: GoToProps) {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState<string>();
  const show = (on: boolean) => {
    setWrong(undefined);
    onOpened(on);
  };
  const go = (event: FormEvent) => {
    event.preventDefault();
    const found = placeOf(player.line, typed);
    if ("wrong" in found) return setWrong(found.wrong);
    setTyped("");
    show(false);
    return void player.go(found.place);
  };
  return (
    <Popover opened={opened} onChange={show} position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Button variant="default" onClick={() => show(!opened)}>
          Go to…
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={go}>
          <TextInput
            w={260}
            label="A place in this session"
            description="A time (1:23, 90s), a position (1042), a command (c3), start, end"
            placeholder="1:23"
            value={typed}
            error={wrong}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
          <Button type="submit" mt="xs">
            Go
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
