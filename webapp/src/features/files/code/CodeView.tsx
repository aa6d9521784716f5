import { openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "react";

import { visibleText } from "@/shared/text/visible";

import type { Origin } from "../blame";
import type { Content } from "../content";
import type { Lines } from "../lines";
import { blameGutter } from "./blameGutter";
import { chosenLines, show } from "./chosenLines";
import { looks } from "./looks";
import { retext, useCodeMirror } from "./useCodeMirror";
import { useLatest } from "./useLatest";

import "./code.css";

export interface CodeViewProps {
  path: string;
  content: Content;
  wrap: boolean;
  lines: Lines | undefined;
  onLine: (line: number, extend: boolean) => void;
  origins: readonly Origin[] | undefined;
  onOrigin: (origin: Origin) => void;
  /** Counts how often it was asked to be searched. */
  finds: number;
}

type Heard = Pick<CodeViewProps, "onLine" | "onOrigin">;

/** A file to be read: of any length, as only what is in view is drawn. */
export function CodeView(props: CodeViewProps) {
  const { path, content, wrap, lines, onLine, origins, onOrigin, finds } = props;
  const host = useRef<HTMLDivElement>(null);
  const heard = useLatest<Heard>({ onLine, onOrigin });
  const [base] = useState(() => reading(visibleText(path), content.lineBreak, heard));
  const rest = useMemo(
    () => [
      wrap ? EditorView.lineWrapping : [],
      origins ? blameGutter(origins, (origin) => heard().onOrigin(origin)) : [],
    ],
    [wrap, origins, heard],
  );
  const view = useCodeMirror(host, { base, rest, text: content.text, path });
  const last = useRef<Lines>(undefined);

  useEffect(() => {
    if (view) retext(view, content.text);
  }, [view, content.text]);
  useEffect(() => {
    if (!view) return;
    // a click marks what is in view already
    show(view, lines, last.current === undefined || !lines || !isIn(view, lines));
    last.current = lines;
  }, [view, lines]);
  useEffect(() => {
    if (view && finds > 0) openSearchPanel(view);
  }, [view, finds]);
  return <div ref={host} className="qd-code" data-testid="code" />;
}

function isIn(view: EditorView, { from }: Lines): boolean {
  if (from > view.state.doc.lines) return true;
  const at = view.state.doc.line(from).from;
  return view.visibleRanges.some((each) => each.from <= at && at <= each.to);
}

const reading = (label: string, lineBreak: string, heard: () => Heard): Extension => [
  looks(label, lineBreak),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  lineNumbers({
    domEventHandlers: {
      mousedown: (view, block, event) => {
        heard().onLine(view.state.doc.lineAt(block.from).number, (event as MouseEvent).shiftKey);
        return true;
      },
    },
  }),
  chosenLines,
  search({ top: true }),
  keymap.of(searchKeymap),
];
