import { dirname, join } from "node:path";

import { type ESTree, parseSync, type Plugin, type Rolldown, Visitor } from "vite";

/** An address below the root, with `$name` for what differs, and the files that its page cannot be drawn without. */
export type RouteChunks = readonly (readonly [address: string, files: readonly string[]])[];

interface Route {
  name: string;
  parent: string | undefined;
  path: string;
  /** The page's module, without its ending. */
  page: string | undefined;
}

const ROUTES = /\/(?:routes\.tsx|routing\/parents\.ts)$/u;

/**
 * Which chunks each route needs, as the router will ask for them, so that they can be asked for before it runs. It reads
 * the calls of `createRoute`; one that it cannot follow ends the build.
 */
export function routeChunks(): Plugin & { of: (bundle: Rolldown.OutputBundle) => RouteChunks } {
  const routes = new Map<string, Route>();
  return {
    name: "route-chunks",
    apply: "build",
    enforce: "pre",
    transform: {
      filter: { id: ROUTES },
      handler(code, id) {
        for (const each of routesIn(code, id)) routes.set(each.name, each);
      },
    },
    of: (bundle) => {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const first = new Set(chunks.filter((each) => each.isEntry).flatMap((each) => needed(each, bundle)));
      return [...routes.values()]
        .filter((each) => each.page)
        .map((each) => {
          const chunk = chunks.find((other) => other.facadeModuleId?.replace(/\.\w+$/u, "") === each.page);
          if (!chunk) throw new Error(`${each.page} is no chunk of its own`);
          return [addressOf(each, routes), needed(chunk, bundle).filter((file) => !first.has(file))] as const;
        })
        .toSorted(([one], [other]) => (rank(one) < rank(other) ? -1 : 1));
    },
  };
}

/** What is written out goes before what differs, as in the router. */
const rank = (address: string): string => address.replaceAll("$", "\u{10FFFF}");

function addressOf({ name, parent, path }: Route, routes: ReadonlyMap<string, Route>): string {
  if (parent === "rootRoute") return path;
  const above = routes.get(parent ?? "");
  if (!above) throw new Error(`The parent of ${name} is nowhere`);
  return `${addressOf(above, routes)}${path}`.replace(/(?<=.)\/$/u, "");
}

function needed(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle, seen = new Set<string>()): string[] {
  if (seen.has(chunk.fileName)) return [];
  seen.add(chunk.fileName);
  for (const each of chunk.imports) {
    const other = bundle[each];
    if (other?.type === "chunk") needed(other, bundle, seen);
  }
  return [...seen];
}

function routesIn(code: string, id: string): Route[] {
  const routes: Route[] = [];
  const imports = new Map<string, string>();
  new Visitor({
    VariableDeclarator: ({ id: variable, init }) => {
      if (variable.type !== "Identifier" || !init) return;
      const page = importedBy(init);
      if (page) imports.set(variable.name, page);
      if (init.type !== "CallExpression" || !isNamed(init.callee, "createRoute")) return;
      const [asked] = init.arguments;
      const component = valueOf(asked, "component");
      const [loader] = component?.type === "CallExpression" ? component.arguments : [];
      const parent = valueOf(asked, "getParentRoute");
      const found = loader?.type === "Identifier" ? imports.get(loader.name) : importedBy(loader);
      if (component && !found) throw new Error(`${id}: the page of ${variable.name} cannot be followed`);
      routes.push({
        name: variable.name,
        parent: parent?.type === "ArrowFunctionExpression" ? nameOf(parent.body) : undefined,
        path: textOf(valueOf(asked, "path")) ?? "",
        page: found && join(dirname(id), found),
      });
    },
  }).visit(parseSync(id, code).program);
  return routes;
}

type Node = ESTree.Node | null | undefined;

const nameOf = (node: Node): string | undefined => (node?.type === "Identifier" ? node.name : undefined);
const isNamed = (node: Node, name: string): boolean => nameOf(node) === name;
const textOf = (node: Node): string | undefined =>
  node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;

/** What `() => import("…")` imports. */
const importedBy = (node: Node): string | undefined =>
  node?.type === "ArrowFunctionExpression" && node.body.type === "ImportExpression"
    ? textOf(node.body.source)
    : undefined;

function valueOf(node: Node, key: string): Node {
  const properties = node?.type === "ObjectExpression" ? node.properties : [];
  const found = properties.find((each) => each.type === "Property" && isNamed(each.key, key));
  return found?.type === "Property" ? found.value : undefined;
}
