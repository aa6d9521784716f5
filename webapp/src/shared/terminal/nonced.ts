import { nonce } from "@/shared/theme/nonce";

/**
 * For a library that makes style elements and knows of no nonce: those that it makes meanwhile have this page's, so that
 * its policy lets them in.
 */
export function nonced(run: () => void): void {
  const mark = nonce() ?? "";
  const make = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const made = make(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = mark;
    return made;
  };
  try {
    run();
  } finally {
    // what was set on the object, over its own kind's
    Reflect.deleteProperty(document, "createElement");
  }
}
