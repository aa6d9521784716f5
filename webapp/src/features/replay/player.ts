import type { Screen, Size } from "@/shared/terminal/screen";

import { beyond } from "./core/bisect";
import { Clock } from "./core/clock";
import { type Hit, lastByteOf } from "./core/finding";
import { markFound } from "./core/marking";
import { eventPlace, momentOf, type Place } from "./core/places";
import { type Run, runsAt } from "./core/runs";
import type { Tape } from "./core/tape";
import type { Timeline } from "./core/timeline";
import type { Typed } from "./core/typing";

/** What is on show at a moment. */
export interface Scene {
  readonly at: number;
  readonly running: readonly Run[];
  readonly shown: Run | undefined;
  /** The last that was typed into what is shown. */
  readonly typed: readonly Typed[];
  /** When the next thing happens; undefined: nothing more. */
  readonly due: number | undefined;
}

export interface Reading {
  readonly bytes: number;
  /** 0: not known, for it still runs. */
  readonly of: number;
}

interface PlayerOptions {
  line: Timeline;
  /** `room`: for what ran without a terminal. Raises what is to be told. */
  open: (run: Run, room: Size) => Promise<Tape>;
  /** Runs it when the next picture is due. */
  frame: (run: () => void) => void;
  now: () => number;
}

/** Tapes that are held: of commands that are looked at by turns. */
const MOST_TAPES = 4;
const MOST_TYPED = 60;
/** Seconds: a tab that nobody looked at goes on from where it was. */
const LONGEST_STEP = 0.25;
const PATIENCE_MS = 200;
const PIPE: Size = { columns: 100, rows: 30 };

let players = 0;

/** A replay: where it is, what is to be seen there, and what its keys do. */
export class Player {
  /** No other has it. */
  readonly id = ++players;
  readonly line: Timeline;
  readonly clock = new Clock();
  /** How many events there were until now. */
  count = 0;
  /** The command to look at, until it is over and another begins; undefined: the one that was started last. */
  wanted: Run | undefined;
  scene: Scene = { at: 0, running: [], shown: undefined, typed: [], due: undefined };
  /** The record is read, and what is on show is from before. */
  reading: Reading | undefined;
  message = "";
  /** Counts up with each change, for who shows it. */
  version = 0;
  private readonly options: PlayerOptions;
  private readonly listeners = new Set<() => void>();
  private readonly tapes = new Map<Run, Promise<Tape>>();
  private screen: Screen | undefined;
  private room = PIPE;
  private onShow: Tape | undefined;
  /** Where one is has been changed otherwise than by time. */
  private jumped = true;
  private wake: (() => void) | undefined;
  private over = false;
  /** So many events were there when it was last told that there are more. */
  private known = 0;
  /** At the end of a session that runs, and stays there as it grows. */
  private following = false;
  /** It is marked wherever this moment is shown anew, as after the screen was made wider. */
  private found: Hit | undefined;
  /** Counts up with each way to somewhere, of which the last one counts. */
  private goings = 0;
  /** Tapes that are let go, once nobody plays them. */
  private retired: Promise<Tape>[] = [];

  constructor(options: PlayerOptions) {
    this.options = options;
    this.line = options.line;
    this.clock.end = options.line.end;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Until it is stopped: draws, and waits for time or keys. */
  async run(): Promise<void> {
    let before = this.options.now();
    while (!this.over) {
      const now = this.options.now();
      this.pass((now - before) / 1000);
      before = now;
      await this.look();
      this.disposeRetired();
      if (this.over) break;
      this.changed();
      await new Promise<void>((next) => {
        this.wake = next;
        if (this.clock.playing || this.jumped) this.options.frame(next);
      });
      if (!this.clock.playing) before = this.options.now();
    }
    this.retired.push(...this.tapes.values());
    this.disposeRetired();
  }

  stop(): void {
    this.over = true;
    this.wake?.();
  }

  /** `room`: what ran without a terminal is laid out for it. */
  showOn(screen: Screen | undefined, room: Size | undefined): void {
    this.screen = screen;
    if (room && (room.columns !== this.room.columns || room.rows !== this.room.rows)) {
      this.room = room;
      for (const [run, tape] of this.tapes)
        if (!run.terminal) {
          this.tapes.delete(run);
          this.retired.push(tape);
        }
    }
    this.onShow = undefined;
    this.moved(true, this.found);
  }

  /** More of the session has happened, and it lasts until then. What is looked at stays as it is, but at the end. */
  grown(end: number): void {
    const { clock, line } = this;
    line.lasts = Math.max(end, line.lasts);
    if (line.end === clock.end && line.length === this.known) return;
    this.known = line.length;
    clock.end = line.end;
    if (this.following) clock.seek(clock.end);
    this.count = line.countAt(clock.at);
    if (this.following) this.wake?.();
    this.changed();
  }

  async go(place: Place, found?: Hit): Promise<void> {
    let { at } = place;
    this.goings += 1;
    const mine = this.goings;
    if (place.run && place.offset !== undefined) {
      const us = await this.timeOf(place.run, place.offset);
      // one has gone elsewhere meanwhile
      if (mine !== this.goings) return undefined;
      if (us === undefined)
        return this.say(`Command c${place.run.number} printed nothing at ${place.offset.toLocaleString("en")}.`);
      at = startOf(place.run) + us / 1e6;
    }
    this.clock.seek(at);
    this.count = at === place.at ? place.count : this.line.countAt(at);
    this.wanted = place.run;
    this.following = this.clock.at >= this.clock.end;
    return this.moved(true, found);
  }

  /** To when a line was printed; it stands still there, with what was found marked. */
  find(hit: Hit): Promise<void> {
    this.clock.playing = false;
    return this.go({ ...momentOf(this.line, startOf(hit.run)), run: hit.run, offset: lastByteOf(hit) }, hit);
  }

  /** How much the command that is looked at has printed until now. */
  get printed(): number {
    return this.onShow?.offset ?? 0;
  }

  toggle(): void {
    if (!this.clock.playing && this.clock.at >= this.clock.end) void this.go(momentOf(this.line, 0));
    this.clock.playing = !this.clock.playing;
    this.moved();
  }

  pause(): void {
    this.clock.playing = false;
    this.moved();
  }

  /** To a moment; the command that is looked at stays. */
  seek(moment: number): void {
    this.goings += 1;
    this.clock.seek(moment);
    this.count = this.line.countAt(this.clock.at);
    this.following = this.clock.at >= this.clock.end;
    this.moved();
  }

  skip = (seconds: number): void => this.seek(this.clock.at + seconds);

  step(events: number): void {
    this.toEvent(this.count + events - 1);
  }

  /** The next command that was started, or the one before. */
  toCommand(by: 1 | -1): void {
    const { begun } = this.line.runs;
    const now = this.clock.at;
    const index = by > 0 ? beyond(begun, now, startOf) : begun.findLastIndex((each) => startOf(each) < now);
    const run = begun[index];
    if (!run) return this.say(by > 0 ? "There is no later command." : "There is no earlier command.");
    return void this.go({ ...momentOf(this.line, startOf(run)), run });
  }

  /** Those that run, and the one that is looked at, by their numbers. */
  get tabs(): readonly Run[] {
    const { running, shown } = this.scene;
    const more = shown && !running.includes(shown) ? [shown] : [];
    return [...running, ...more].toSorted((one, other) => one.number - other.number);
  }

  /** Another of the commands that run at the same time. */
  toTab(by: 1 | -1): void {
    const { tabs } = this;
    const now = tabs.findIndex((each) => each === this.scene.shown);
    if (tabs.length > 1) this.lookAt(tabs.at((now + by + tabs.length) % tabs.length));
  }

  lookAt(run: Run | undefined): void {
    this.wanted = run;
    this.moved();
  }

  /** From 0; it stands still there. */
  toEvent(index: number): void {
    this.clock.playing = false;
    void this.go(eventPlace(this.line, index + 1));
  }

  pace(speed: number): void {
    this.clock.speed = speed;
    this.moved(false);
  }

  faster(): void {
    this.clock.faster();
    this.moved(false);
  }

  slower(): void {
    this.clock.slower();
    this.moved(false);
  }

  toggleIdle(): void {
    this.clock.skipsIdle = !this.clock.skipsIdle;
    this.moved(false);
  }

  say(message: string): void {
    this.message = message;
    this.changed();
  }

  private pass(seconds: number): void {
    const { clock, line } = this;
    if (!clock.playing) return;
    clock.advance(Math.min(seconds, LONGEST_STEP), this.scene.due);
    this.count = line.countAt(clock.at);
    // it is over, and another began
    if (startOf(line.runs.latestAt(clock.at)) >= (this.wanted?.ended ?? Infinity)) this.wanted = undefined;
  }

  private moved(jumped = true, found?: Hit): void {
    this.message = "";
    this.found = found;
    this.jumped ||= jumped;
    this.changed();
    this.wake?.();
  }

  private changed(): void {
    this.version += 1;
    for (const each of this.listeners) each();
  }

  private async look(): Promise<void> {
    const { at } = this.clock;
    const { runs } = this.line;
    const running = runs.runningAt(at);
    const wanted = startOf(this.wanted) <= at ? this.wanted : undefined;
    const shown = wanted ?? running.at(-1) ?? runs.latestAt(at);
    const jumped = this.jumped;
    this.jumped = false;
    try {
      const tape = shown && (await this.tapeOf(shown));
      const next = tape ? await this.play(tape, shown, at, jumped) : await this.blank();
      if (this.jumped) return;
      const dues = [this.line.nextAt(at), next].filter((each) => each !== undefined && each > at);
      const typed = tape?.typing.until(within(shown, at), MOST_TYPED) ?? [];
      this.scene = { at, running, shown, typed, due: dues.length > 0 ? Math.min(...(dues as number[])) : undefined };
      if (tape && jumped) await this.mark(tape, shown);
    } catch (error) {
      this.clock.playing = false;
      this.message = error instanceof Error ? error.message : String(error);
    } finally {
      this.reading = undefined;
    }
  }

  /** When it prints next. */
  private async play(tape: Tape, run: Run, at: number, jumped: boolean): Promise<number | undefined> {
    const since = this.options.now();
    if (jumped || tape !== this.onShow) {
      this.onShow?.emulator.hide();
      this.onShow = undefined;
    }
    const done = await tape.at(within(run, at), () => {
      if (this.options.now() - since > PATIENCE_MS) {
        this.reading = { bytes: tape.offset, of: run.printed };
        this.changed();
      }
      return this.jumped || this.over;
    });
    if (!done) return undefined;
    if (this.onShow !== tape && this.screen && !this.over)
      this.onShow = (await tape.emulator.show(this.screen)) ? tape : undefined;
    const next = tape.nextTime();
    return next === undefined || !runsAt(run, at) ? undefined : startOf(run) + next / 1e6;
  }

  private async mark(tape: Tape, shown: Run): Promise<void> {
    const { found, screen } = this;
    if (!screen || found?.run !== shown) return;
    const marked = await markFound(screen, tape, found);
    if (!marked && found === this.found)
      this.message = "It was printed at this moment, and is not on the screen any more.";
  }

  private async blank(): Promise<undefined> {
    this.onShow?.emulator.hide();
    this.onShow = undefined;
    await this.screen?.write("\u001bc\u001b[?25l");
  }

  private tapeOf(run: Run): Promise<Tape> {
    const kept = this.tapes.get(run);
    const tape = kept ?? this.options.open(run, this.room);
    this.tapes.delete(run);
    this.tapes.set(run, tape);
    if (!kept) tape.catch(() => this.tapes.delete(run));
    for (const [oldest, each] of this.tapes) {
      if (this.tapes.size <= MOST_TAPES) break;
      this.tapes.delete(oldest);
      this.retired.push(each);
    }
    return tape;
  }

  private disposeRetired(): void {
    for (const each of this.retired.splice(0)) each.then((tape) => tape.emulator.dispose(), undefined);
  }

  private async timeOf(run: Run, offset: number): Promise<number | undefined> {
    return (await this.tapeOf(run)).transcript.timeOf(offset);
  }
}

const startOf = (run: Run | undefined): number => run?.started ?? Infinity;

/** Microseconds since it started. What it printed is all there once it has ended, whatever the two clocks say. */
const within = (run: Run | undefined, at: number): number =>
  run?.ended !== undefined && at >= run.ended ? Infinity : Math.round((at - startOf(run)) * 1e6);
