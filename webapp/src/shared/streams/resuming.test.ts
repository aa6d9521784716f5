import fc from "fast-check";
import { expect, test } from "vitest";

import { type Clock, Line } from "./line";
import { type Cursor, ResumingStream, type Schedule, type Sink, type StreamState } from "./resuming";

interface Note {
  position: number;
}

const positions: Cursor<Note> = {
  beyond: (message, at) => (message.position > at ? { message, at: message.position } : undefined),
};

/** A server that has `log`, and whose connections are in the test's hand. */
class FakeServer {
  log: Note[] = [];
  asked: number[] = [];
  sink: Sink<Note> | undefined;

  source = (after: number, sink: Sink<Note>) => {
    this.asked.push(after);
    this.sink = sink;
    return () => {
      if (this.sink === sink) this.sink = undefined;
    };
  };

  /** Sends what the connection's cursor has not had, and `again` of what it has. */
  send(from: number, to: number): void {
    const { sink } = this;
    for (let position = from; position <= to && this.sink === sink; position++) sink?.next({ position });
  }
}

class FakeTime implements Clock {
  timers: (() => void)[] = [];
  now = () => 1000;
  random = () => 0;
  after = (_ms: number, run: () => void) => {
    this.timers.push(run);
    return () => {
      this.timers = this.timers.filter((each) => each !== run);
    };
  };
  pass(): void {
    for (const each of this.timers.splice(0)) each();
  }
}

function watched({ most = 100, draw }: { most?: number; draw?: (batch: Note[]) => void | Promise<void> } = {}) {
  const [server, time] = [new FakeServer(), new FakeTime()];
  const [drawn, states]: [number[], StreamState[]] = [[], []];
  let frames: (() => void)[] = [];
  const schedule: Schedule = (run) => {
    frames.push(run);
    return () => (frames = frames.filter((each) => each !== run));
  };
  const line = new Line(time);
  const stream = new ResumingStream<Note>({
    line,
    source: server.source,
    cursor: positions,
    after: 0,
    schedule,
    draw: (batch) => {
      drawn.push(...batch.map((each) => each.position));
      return draw?.(batch);
    },
    changed: (state) => states.push(state),
    now: time.now,
    most,
  });
  const frame = async () => {
    for (const each of frames.splice(0)) each();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { server, time, stream, drawn, states, frame, line };
}

test("after a cut it is asked from the last cursor, and nothing comes twice", async () => {
  const { server, time, stream, drawn, states, frame, line } = watched();
  stream.start();
  server.send(1, 3);
  server.sink?.cut();
  expect(line.state).toMatchObject({ is: "down", since: 1000 });
  time.pass();
  server.send(2, 5);
  await frame();

  expect(server.asked).toEqual([0, 3]);
  expect(drawn).toEqual([1, 2, 3, 4, 5]);
  expect(states.map((each) => each.is)).toContain("cut");
  expect(states.at(-1)?.is).toBe("live");
});

test("where nobody looks nothing is drawn, what waits is bounded, and nothing is lost", async () => {
  const { server, stream, drawn, frame } = watched({ most: 4 });
  stream.start();
  server.send(1, 10);
  expect(server.sink).toBeUndefined();
  expect(drawn).toEqual([]);

  await frame();
  expect(server.asked).toEqual([0, 4]);
  server.send(5, 6);
  await frame();
  expect(drawn).toEqual([1, 2, 3, 4, 5, 6]);
});

test("the next batch waits until the one before is drawn", async () => {
  let done = () => {};
  const { server, stream, drawn, frame } = watched({ draw: () => new Promise<void>((resolve) => (done = resolve)) });
  stream.start();
  server.send(1, 1);
  await frame();
  server.send(2, 3);
  await frame();
  expect(drawn).toEqual([1]);
  done();
  await frame();
  await frame();
  expect(drawn).toEqual([1, 2, 3]);
});

test("a stream that was stopped draws nothing and asks nothing", async () => {
  const { server, time, stream, drawn, frame } = watched();
  stream.start();
  server.send(1, 2);
  const late = server.sink;
  stream.stop();
  late?.next({ position: 3 });
  late?.cut();
  time.pass();
  await frame();
  expect(drawn).toEqual([]);
  expect(server.asked).toEqual([0]);
});

test("one that ended, or was refused, is not asked again", () => {
  const { server, time, stream, states } = watched();
  stream.start();
  server.sink?.refused(new Error("no"));
  time.pass();
  expect(server.asked).toEqual([0]);
  expect(states.at(-1)).toMatchObject({ is: "refused" });
});

test("a jump drops what waits and goes on from there", async () => {
  const { server, stream, drawn, frame } = watched();
  stream.start();
  server.send(1, 3);
  stream.jump(10);
  server.send(9, 11);
  await frame();
  expect(server.asked).toEqual([0, 10]);
  expect(drawn).toEqual([11]);
});

test("streams that were cut together try again together, sooner when woken", () => {
  const time = new FakeTime();
  const line = new Line(time);
  const tried: string[] = [];
  line.cut(() => tried.push("a"));
  line.cut(() => tried.push("b"));
  expect(time.timers).toHaveLength(1);
  line.wake();
  expect(tried).toEqual(["a", "b"]);
  expect(time.timers).toHaveLength(0);
});

test("whatever is cut, repeated and held up, each is drawn once and in order", async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("send" as const), count: fc.integer({ min: 1, max: 6 }), again: fc.nat(3) }),
    fc.record({ do: fc.constantFrom("cut" as const, "wait" as const, "frame" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (steps, most) => {
      const { server, time, stream, drawn, frame } = watched({ most });
      stream.start();
      for (const each of steps) {
        if (each.do === "send") server.send(Math.max(1, stream.at + 1 - each.again), stream.at + each.count);
        else if (each.do === "cut") server.sink?.cut();
        else if (each.do === "wait") time.pass();
        else await frame();
      }
      for (let turn = 0; turn < 3; turn++) await frame();
      expect(drawn).toEqual(Array.from({ length: stream.at }, (_, index) => index + 1));
    }),
    { numRuns: 200 },
  );
});
