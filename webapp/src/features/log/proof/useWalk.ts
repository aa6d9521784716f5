import { useEffect, useRef, useState } from "react";

import type { Order, Report } from "./walking.worker";

export interface Walking {
  order: Order | undefined;
  report: Report | undefined;
  begin: (order: Order) => void;
  stop: () => void;
}

/** One walk at a time, in a worker of its own. `done` is called with what it came to. */
export function useWalk(done: (order: Order, report: Report) => void): Walking {
  const worker = useRef<Worker>(undefined);
  const [order, setOrder] = useState<Order>();
  const [report, setReport] = useState<Report>();
  const end = () => {
    worker.current?.terminate();
    worker.current = undefined;
  };
  useEffect(
    () => () => {
      worker.current?.terminate();
    },
    [],
  );
  const begin = (next: Order) => {
    end();
    setOrder(next);
    setReport(undefined);
    const begun = new Worker(new URL("walking.worker.ts", import.meta.url), { type: "module" });
    worker.current = begun;
    begun.addEventListener("message", ({ data }: MessageEvent<Report>) => {
      setReport(data);
      if (data.is === "under way") return;
      end();
      setOrder(undefined);
      done(next, data);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    begun.postMessage(next);
  };
  const stop = () => {
    end();
    setOrder(undefined);
  };
  return { order, report, begin, stop };
}
