/** A file's bytes as text, where they are that and can be written back as they were. */
export interface Content {
  text: string;
  /** That the text is these bytes, and not the like of them. */
  exact: boolean;
  /** What ends its lines: where not all end alike, returns stay in them. */
  lineBreak: "\n" | "\r\n";
}

const FATAL = { fatal: true, ignoreBOM: true };

/** `whole`: not the first part of more, which may end within a character. */
export function contentOf(bytes: Uint8Array, whole = true): Content {
  let text: string;
  let exact = true;
  try {
    text = new TextDecoder("utf-8", FATAL).decode(bytes, { stream: !whole });
  } catch {
    text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    exact = false;
  }
  return { text, exact: exact && whole, lineBreak: lineBreakOf(text) };
}

export const lineBreakOf = (text: string): Content["lineBreak"] =>
  text.includes("\r\n") && !/(?<!\r)\n|\r(?!\n)/.test(text) ? "\r\n" : "\n";

export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const IMAGES: readonly (readonly [string, readonly (number | undefined)[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
];

/** The kind of picture, of those that hold no programs, by what it begins with: a name may say anything. */
export const imageOf = (bytes: Uint8Array): string | undefined =>
  IMAGES.find(([, start]) => start.every((each, at) => each === undefined || bytes[at] === each))?.[0];

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
