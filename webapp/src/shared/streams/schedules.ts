import type { Schedule } from "./resuming";

/** With the next frame: a tab that nobody looks at draws nothing. */
export const painted: Schedule = (run) => {
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
};

/** Soon, also where nobody looks: for what is counted or told and not drawn. */
export const soon: Schedule = (run) => {
  const timer = setTimeout(run, 0);
  return () => clearTimeout(timer);
};
