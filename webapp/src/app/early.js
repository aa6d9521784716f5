// Before the first paint: the colours that were chosen, or the system's.
let chosen = null;
try {
  chosen = localStorage.getItem("mantine-color-scheme-value");
} catch {
  // storage is off: the system's
}
const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");

// While the scripts are on their way: those of this address, and what each page asks. See shared/graphql/early.ts.
const parts = location.pathname.replace(/(?<=.)\/$/u, "").split("/");
const isHere = ([address]) => {
  const wanted = address.split("/");
  return wanted.length === parts.length && wanted.every((part, at) => part[0] === "$" || part === parts[at]);
};
for (const file of CHUNKS.find(isHere)?.[1] ?? []) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = `/${file}`;
  document.head.append(link);
}
if (parts[1] !== "login") {
  const headers = {
    "X-Quarterdeck": "web",
    "content-type": "application/json",
    accept: "application/graphql-response+json",
  };
  const ask = (body) => fetch("/graphql", { method: "POST", credentials: "same-origin", headers, body });
  globalThis.earlyAnswers = new Map(QUESTIONS.map((body) => [body, ask(body)]));
}
