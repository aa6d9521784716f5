import type { Plugin } from "vite";

const FROM = /import\s*\{([^}]*)\}\s*from\s*"@tabler\/icons-react";/gu;

/** Imports each icon from its own file: the index names six thousand, which a build would read. */
export const singleIcons = (): Plugin => ({
  name: "single-icons",
  enforce: "pre",
  transform(code, id) {
    if (id.includes("node_modules") || !code.includes("@tabler/icons-react")) return null;
    return code.replace(FROM, (_all, names: string) => names.split(",").map(one).join(""));
  },
});

function one(name: string): string {
  const icon = name.trim();
  return !icon || icon.startsWith("type ")
    ? ""
    : `import ${icon} from "@tabler/icons-react/dist/esm/icons/${icon}.mjs";`;
}
