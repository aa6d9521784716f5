import { type Extension, type RangeSet, RangeSetBuilder, type Text } from "@codemirror/state";
import { type EditorView, gutter, GutterMarker } from "@codemirror/view";

import { type Origin, originAt } from "../blame";

class OriginMarker extends GutterMarker {
  override elementClass: string;
  private readonly origin: Origin;
  private readonly first: boolean;

  constructor(origin: Origin, first: boolean) {
    super();
    this.origin = origin;
    this.first = first;
    this.elementClass = `qd-origin qd-age-${origin.age}${first ? " qd-origin-first" : ""}${origin.command ? " qd-origin-link" : ""}`;
  }

  override eq(other: OriginMarker): boolean {
    return other.origin === this.origin && other.first === this.first;
  }

  override toDOM(): Node {
    const shown = document.createElement("span");
    if (this.first) {
      const { who, what, when } = this.origin;
      shown.textContent = [who, what].filter(Boolean).join(" · ");
      shown.title = `${what}\n${[who, when].filter(Boolean).join(", ")}`;
    }
    return shown;
  }
}

/** Beside each line whose it is; a click, or Enter on the text, goes to the command. A table below has the same in words. */
export function blameGutter(origins: readonly Origin[], onOrigin: (origin: Origin) => void): Extension {
  const open = (view: EditorView, at: number): boolean => {
    const origin = originAt(origins, view.state.doc.lineAt(at).number);
    if (!origin?.command) return false;
    onOrigin(origin);
    return true;
  };
  let made: { doc: Text; markers: RangeSet<GutterMarker> } | undefined;
  return gutter({
    class: "qd-blame",
    markers: ({ state: { doc } }) => {
      if (made?.doc !== doc) made = { doc, markers: markersOf(origins, doc) };
      return made.markers;
    },
    domEventHandlers: { mousedown: (view, block) => open(view, block.from) },
  });
}

function markersOf(origins: readonly Origin[], doc: Text): RangeSet<GutterMarker> {
  const built = new RangeSetBuilder<GutterMarker>();
  for (const origin of origins)
    for (let line = origin.from; line <= Math.min(origin.to, doc.lines); line += 1) {
      const at = doc.line(line).from;
      built.add(at, at, new OriginMarker(origin, line === origin.from));
    }
  return built.finish();
}
