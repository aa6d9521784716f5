import { type CacheExchangeOpts, cacheExchange, type UpdateResolver } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";

import { connections, embedded } from "./cache-facts.generated";
import result from "./possible-types.generated";

const pages: NonNullable<CacheExchangeOpts["resolvers"]> = {};
for (const [type, field] of connections) pages[type] = { ...pages[type], [field]: relayPagination() };

/** Asks again for what the root fields named have, in lists whose members the mutation may have changed. */
function stales(...fields: string[]): UpdateResolver {
  return (_result, _args, cache) => {
    for (const { fieldName, arguments: args } of cache.inspectFields("Query"))
      if (fields.includes(fieldName)) cache.invalidate("Query", fieldName, args);
  };
}

/**
 * Objects are kept by their Relay id, so a mutation's answer shows wherever the object is shown. Only lists that an
 * object may come into or drop out of are named here.
 */
const updates: CacheExchangeOpts["updates"] = {
  Mutation: {
    createProject: stales("projects"),
    openSession: stales("sessions"),
    forkSession: stales("sessions"),
    startTask: stales("sessions", "tasks", "taskBoard"),
    createTask: stales("tasks", "taskBoard"),
    claimTask: stales("taskBoard"),
    assignTask: stales("taskBoard"),
    changeTaskStatus: stales("taskBoard"),
    setBudget: stales("budgets"),
    removeBudget: stales("budgets"),
    setAlertRule: stales("alertRules"),
    removeAlertRule: stales("alertRules"),
    setSilence: stales("silences", "alerts"),
    endSilence: stales("silences", "alerts"),
    setReport: stales("reports"),
    removeReport: stales("reports"),
    issueToken: stales("viewer"),
    revokeToken: stales("viewer"),
    markRead: stales("whileAway"),
    definePersona: stales("project"),
  },
};

export const normalizedCache = () =>
  cacheExchange({
    possibleTypes: result.possibleTypes,
    keys: Object.fromEntries(embedded.map((name) => [name, () => null])),
    resolvers: pages,
    updates,
  });
