import { type EditorState, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutterLineClass } from "@codemirror/view";

import type { Lines } from "../lines";

export const chooseLines = StateEffect.define<Lines | undefined>();

const marked = Decoration.line({ class: "qd-chosen-line" });

class ChosenNumber extends GutterMarker {
  override elementClass = "qd-chosen-line";
}

const number = new ChosenNumber();

const starts = (state: EditorState, { from, to }: Lines): number[] => {
  const last = Math.min(to, state.doc.lines);
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => state.doc.line(from + index).from);
};

const within = StateField.define<Lines | undefined>({
  create: () => undefined,
  update: (value, { effects }) =>
    effects.find((each) => each.is(chooseLines))?.value ??
    (effects.some((each) => each.is(chooseLines)) ? undefined : value),
});

/** The lines that the address names, marked. */
export const chosenLines = [
  within,
  EditorView.decorations.compute([within, "doc"], (state): DecorationSet => {
    const lines = state.field(within);
    return lines ? Decoration.set(starts(state, lines).map((at) => marked.range(at))) : Decoration.none;
  }),
  gutterLineClass.compute([within, "doc"], (state) => {
    const lines = state.field(within);
    return lines ? RangeSet.of(starts(state, lines).map((at) => number.range(at))) : RangeSet.empty;
  }),
];

/** Marks lines, and brings the first of them into view. */
export function show(view: EditorView, lines: Lines | undefined, scroll: boolean): void {
  const effects: StateEffect<unknown>[] = [chooseLines.of(lines)];
  const first = lines && lines.from <= view.state.doc.lines ? view.state.doc.line(lines.from) : undefined;
  if (first && scroll) effects.push(EditorView.scrollIntoView(first.from, { y: "center" }));
  view.dispatch({ effects });
}
