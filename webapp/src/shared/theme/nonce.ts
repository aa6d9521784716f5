/** What the gateway lets this page's style elements in with. Undefined where there is no policy, as in development. */
export const nonce = (): string | undefined =>
  document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content || undefined;
