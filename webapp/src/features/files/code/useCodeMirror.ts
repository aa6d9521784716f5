import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";

import { nameOf } from "../paths";
import { languageOf } from "./language";

interface Setup {
  /** Of a view's whole life. */
  base: Extension;
  /** What may change meanwhile. */
  rest: Extension;
  text: string;
  path: string;
}

const START = 200;

/** A view of a text within an element, with the colours of its language. The text of later does not come in by itself. */
export function useCodeMirror(host: RefObject<HTMLElement | null>, { base, rest, text, path }: Setup) {
  const [view, setView] = useState<EditorView>();
  const [parts] = useState(() => ({ rest: new Compartment(), language: new Compartment(), dark: new Compartment() }));
  const dark = useComputedColorScheme("light") === "dark";
  const first = useRef({ base, rest, text, path, dark });

  useEffect(() => {
    if (!host.current) return undefined;
    const { text: doc, ...begin } = first.current;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc,
        extensions: [
          begin.base,
          parts.rest.of(begin.rest),
          parts.language.of([]),
          parts.dark.of(EditorView.darkTheme.of(begin.dark)),
        ],
      }),
    });
    let gone = false;
    const colour = async () => {
      const language = await languageOf(nameOf(begin.path), doc.slice(0, START))?.load();
      if (language && !gone) made.dispatch({ effects: parts.language.reconfigure(language) });
    };
    void colour();
    setView(made);
    return () => {
      gone = true;
      made.destroy();
    };
  }, [host, parts]);
  useEffect(() => view?.dispatch({ effects: parts.rest.reconfigure(rest) }), [view, parts, rest]);
  useEffect(
    () => view?.dispatch({ effects: parts.dark.reconfigure(EditorView.darkTheme.of(dark)) }),
    [view, parts, dark],
  );
  return view;
}

/** Makes a view's text another with as little as differs, so that it stays where it was scrolled to. */
export function retext(view: EditorView, text: string): void {
  const before = view.state.sliceDoc();
  if (before === text) return;
  // positions count a line's end as one, also where it is two characters
  const same = view.state.lineBreak === "\n" ? commonEnds(before, text) : { start: 0, end: 0 };
  view.dispatch({
    changes: {
      from: same.start,
      to: view.state.doc.length - same.end,
      insert: view.state.toText(text.slice(same.start, text.length - same.end)),
    },
  });
}

function commonEnds(one: string, other: string): { start: number; end: number } {
  const most = Math.min(one.length, other.length);
  let start = 0;
  while (start < most && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  return { start, end };
}
