/**
 * A report's page for a frame: that has this page's policy, in which only style elements with this page's nonce count.
 * The template has its own in the head, where nothing stands that others wrote but the title, which is text.
 */
export function framed(html: string, nonce: string | undefined): string {
  const end = html.indexOf("</head>");
  if (!nonce || end < 0) return html;
  return html.slice(0, end).replaceAll("<style>", `<style nonce="${nonce}">`) + html.slice(end);
}
