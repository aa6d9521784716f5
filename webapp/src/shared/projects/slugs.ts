import { endsWith, suffixOf, uuidOf } from "@/shared/text/ids";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** What stands for a project in an address: its name, where that is one project's only and can stand there. */
export function slugOf(project: Named, all: readonly Named[]): string {
  const alone = all.every((each) => each.id === project.id || each.name !== project.name);
  return alone && !all.some((each) => uuidOf(each.id) === project.name) ? project.name : uuidOf(project.id);
}

/** The project that an address means, by name, id or the end of one. What several have means none of them. */
export function projectOf<Project extends Named>(slug: string, all: readonly Project[]): Project | undefined {
  const byId = all.find((each) => uuidOf(each.id) === slug || each.id === slug);
  if (byId) return byId;
  const named = all.filter((each) => each.name === slug);
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  const suffix = suffixOf(slug);
  const ending = suffix ? all.filter((each) => endsWith(each.id, suffix)) : [];
  return ending.length === 1 ? ending[0] : undefined;
}
