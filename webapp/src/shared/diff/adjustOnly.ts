import { elementScroll, type VirtualizerOptions } from "@tanstack/react-virtual";

/** Where a scroller stands is for its user to say; what grows above the view is made up for. */
export const adjustOnly: VirtualizerOptions<HTMLDivElement, Element>["scrollToFn"] = (offset, options, instance) => {
  if (options.adjustments) elementScroll(offset, options, instance);
};
