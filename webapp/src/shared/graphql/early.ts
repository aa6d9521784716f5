declare global {
  /** By the body of the request: what the early script asked before there was a client. */
  var earlyAnswers: Map<unknown, Promise<Response>> | undefined;
}

/** `fetch`, but for what the early script has asked in the same words: that answer is given once. */
export const earlyFetch: typeof fetch = (input, init) => {
  const answer = globalThis.earlyAnswers?.get(init?.body);
  globalThis.earlyAnswers?.delete(init?.body);
  return answer?.catch(() => fetch(input, init)) ?? fetch(input, init);
};
