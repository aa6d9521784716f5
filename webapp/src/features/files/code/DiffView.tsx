import { unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useRef, useState } from "react";

import { looks } from "./looks";
import { useCodeMirror } from "./useCodeMirror";

import "./code.css";

interface DiffViewProps {
  label: string;
  path: string;
  before: string;
  after: string;
}

const SCAN_LIMIT = 2000;

/** What makes one text the other, in one column: it has room on a phone. */
export function DiffView({ label, path, before, after }: DiffViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const [base] = useState(() => comparing(label, before));
  useCodeMirror(host, { base, rest: NOTHING, text: after, path });
  return <div ref={host} className="qd-code" data-testid="difference" />;
}

const NOTHING: [] = [];

const comparing = (label: string, before: string): Extension => [
  // returns at the ends of lines stay in them: they may be what differs
  looks(label, "\n"),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
  EditorView.lineWrapping,
  lineNumbers(),
  unifiedMergeView({
    original: EditorState.create({ doc: before, extensions: EditorState.lineSeparator.of("\n") }).doc,
    mergeControls: false,
    collapseUnchanged: { margin: 3, minSize: 6 },
    diffConfig: { scanLimit: SCAN_LIMIT, timeout: 1000 },
  }),
];
