/** For one thing that somebody does: however often it is sent, it is done once. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // also where a page is no secure context
  return `web-${Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("")}`;
}
