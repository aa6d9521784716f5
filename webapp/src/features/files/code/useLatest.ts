import { useCallback, useLayoutEffect, useRef } from "react";

/** Gives what a component was drawn with last, to what lives longer than a drawing. */
export function useLatest<Value>(value: Value): () => Value {
  const last = useRef(value);
  useLayoutEffect(() => {
    last.current = value;
  });
  return useCallback(() => last.current, []);
}
