/** Paths as the API has them: parts between slashes. A slash at the end says that it is a folder. */
export const nameOf = (path: string): string => path.replace(/\/$/, "").replace(/^.*\//s, "");

export const parentOf = (path: string): string => path.replace(/\/$/, "").replace(/(?:^|\/)[^/]*$/, "");

/** The folders above something, from the outermost; without the root. */
export function foldersAbove(path: string): string[] {
  const parts = parentOf(path).split("/").filter(Boolean);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

export const isFolder = (path: string): boolean => path.endsWith("/");

/** A path that somebody types for a new file, or why it cannot be one. */
export function newPath(typed: string): { path: string } | { wrong: string } {
  const path = typed.replace(/^\/+/, "");
  const parts = path.split("/");
  if (!path || path.endsWith("/")) return { wrong: "Name a file." };
  if (parts.some((part) => part === "" || part === "." || part === ".."))
    return { wrong: "Each part between slashes needs a name." };
  if (parts.some((part) => part.toLowerCase() === ".git")) return { wrong: ".git is git's own." };
  // a backslash begins an escape of a byte
  return { path: path.replaceAll("\\", "\\\\") };
}
