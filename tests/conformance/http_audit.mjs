// Runs the audit of graphql-http against ADDRESS with a bearer TOKEN, and prints its results as JSON.
import { serverAudits } from 'graphql-http';

const [address, token] = process.argv.slice(2);

const fetchFn = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });

const results = [];
for (const audit of serverAudits({ url: address, fetchFn })) {
  const result = await audit.fn();
  results.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? null });
}
console.log(JSON.stringify(results));
