const own = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Time zones that the browser knows, the viewer's own and UTC first; `also`: one that is set, should it not. */
function all(also: string): string[] {
  return [...new Set([own(), "UTC", also, ...Intl.supportedValuesOf("timeZone")])];
}

export const zones = { own, all };
