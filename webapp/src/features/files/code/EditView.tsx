import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";

import { visibleText } from "@/shared/text/visible";

import { looks } from "./looks";
import { retext, useCodeMirror } from "./useCodeMirror";
import { useLatest } from "./useLatest";

import "./code.css";

export interface EditHandle {
  text: () => string | undefined;
  /** As something that can be undone. */
  replace: (text: string) => void;
}

interface EditViewProps {
  path: string;
  text: string;
  lineBreak: string;
  onText: (text: string) => void;
  onSave: () => void;
  handle: Ref<EditHandle>;
}

type Heard = Pick<EditViewProps, "onText" | "onSave">;

/** A file to be written. Tab indents; Escape, then Tab, leaves it. */
export function EditView({ path, text, lineBreak, onText, onSave, handle }: EditViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const heard = useLatest<Heard>({ onText, onSave });
  const [base] = useState(() => writing(`Edit ${visibleText(path)}`, lineBreak, heard));
  const view = useCodeMirror(host, { base, rest: NOTHING, text, path });
  useImperativeHandle(
    handle,
    () => ({
      text: () => view?.state.sliceDoc(),
      replace: (next) => {
        if (!view) return;
        retext(view, next);
        // it was hidden while something was chosen
        requestAnimationFrame(() => view.focus());
      },
    }),
    [view],
  );
  useEffect(() => view?.focus(), [view]);
  return <div ref={host} className="qd-code" data-testid="editor" />;
}

const NOTHING: [] = [];

const writing = (label: string, lineBreak: string, heard: () => Heard): Extension => [
  looks(label, lineBreak),
  lineNumbers(),
  history(),
  bracketMatching(),
  indentOnInput(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  search({ top: true }),
  keymap.of([
    {
      key: "Mod-s",
      preventDefault: true,
      run: () => {
        heard().onSave();
        return true;
      },
    },
    indentWithTab,
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap,
  ]),
  EditorView.updateListener.of(({ docChanged, state }) => {
    if (docChanged) heard().onText(state.sliceDoc());
  }),
];
