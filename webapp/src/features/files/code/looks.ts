import { syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

import { visibleText } from "@/shared/text/visible";
import { nonce } from "@/shared/theme/nonce";

/** What cannot be seen, or turns the direction of a line around; what joins the parts of an emoji is left alone. */
const UNSEEN = new RegExp(
  String.raw`[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\t\n\u200d\ufe0e\ufe0f]]`,
  "gv",
);

/** A character by its name, as elsewhere in the page. */
function named(code: number): HTMLElement {
  const shown = document.createElement("span");
  shown.className = "cm-specialChar";
  shown.textContent = visibleText(String.fromCodePoint(code));
  shown.title = "A character that cannot be seen";
  return shown;
}

const surfaces = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", color: "var(--mantine-color-text)" },
  "&.cm-focused": { outline: "2px solid var(--mantine-primary-color-filled)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "19px" },
  ".cm-content": { caretColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    backgroundColor: "var(--qd-surface)",
    color: "var(--mantine-color-dimmed)",
    borderRight: "1px solid var(--qd-line)",
  },
  ".cm-lineNumbers .cm-gutterElement": { cursor: "pointer", minWidth: "3.5ch", padding: "0 8px 0 12px" },
  ".cm-lineNumbers .cm-gutterElement:hover": { color: "var(--mantine-color-text)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--qd-hover)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--qd-selection)",
  },
  ".cm-specialChar": { color: "var(--qd-bad)", fontWeight: "600" },
  ".cm-panels": { backgroundColor: "var(--qd-sunken)", color: "var(--mantine-color-text)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--qd-line)" },
  ".cm-panel.cm-search": { padding: "6px 30px 6px 10px", fontSize: "13px" },
  ".cm-panel.cm-search label": { fontSize: "12px" },
  ".cm-textfield": {
    backgroundColor: "var(--qd-surface)",
    border: "1px solid var(--qd-line)",
    color: "var(--mantine-color-text)",
  },
  ".cm-button, .cm-textfield": { fontSize: "12.5px", borderRadius: "4px" },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--qd-surface)",
    border: "1px solid var(--qd-line)",
    color: "var(--mantine-color-text)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--qd-found)" },
  ".cm-searchMatch-selected": { outline: "2px solid var(--qd-warn)" },
});

/** What every view of a file has. Colours are in `code.css`, so that both schemes can be read. */
export const looks = (label: string, lineBreak: string): Extension => [
  EditorView.cspNonce.of(nonce() ?? ""),
  EditorState.lineSeparator.of(lineBreak),
  EditorState.tabSize.of(4),
  syntaxHighlighting(classHighlighter),
  highlightSpecialChars({ specialChars: UNSEEN, render: named }),
  EditorView.contentAttributes.of({ "aria-label": label }),
  surfaces,
];
