import { LanguageDescription, LanguageSupport, StreamLanguage, type StreamParser } from "@codemirror/language";

type Load = () => Promise<LanguageSupport>;

const streamed = async (parser: Promise<StreamParser<unknown>>): Promise<LanguageSupport> =>
  new LanguageSupport(StreamLanguage.define(await parser));

const script =
  (config: { jsx?: boolean; typescript?: boolean }): Load =>
  async () =>
    (await import("@codemirror/lang-javascript")).javascript(config);
const clike =
  (name: "csharp" | "kotlin" | "scala" | "dart"): Load =>
  () =>
    streamed(import("@codemirror/legacy-modes/mode/clike").then((mode) => mode[name]));

/** Each language: its endings, what files are called that have none, and where it comes from when it is needed. */
const LANGUAGES: readonly (readonly [string, string, RegExp | undefined, Load])[] = [
  ["C++", "c h cc cpp cxx hh hpp ino", undefined, async () => (await import("@codemirror/lang-cpp")).cpp()],
  ["C#", "cs", undefined, clike("csharp")],
  ["CSS", "css", undefined, async () => (await import("@codemirror/lang-css")).css()],
  ["Dart", "dart", undefined, clike("dart")],
  ["Diff", "diff patch", undefined, () => streamed(import("@codemirror/legacy-modes/mode/diff").then((m) => m.diff))],
  [
    "Dockerfile",
    "dockerfile",
    /^(?:Docker|Container)file/i,
    () => streamed(import("@codemirror/legacy-modes/mode/dockerfile").then((m) => m.dockerFile)),
  ],
  ["Go", "go", undefined, async () => (await import("@codemirror/lang-go")).go()],
  ["Haskell", "hs", undefined, () => streamed(import("@codemirror/legacy-modes/mode/haskell").then((m) => m.haskell))],
  ["HTML", "html htm xhtml", undefined, async () => (await import("@codemirror/lang-html")).html()],
  ["Java", "java", undefined, async () => (await import("@codemirror/lang-java")).java()],
  ["JavaScript", "js mjs cjs", undefined, script({})],
  ["JSX", "jsx", undefined, script({ jsx: true })],
  ["JSON", "json jsonc webmanifest map", undefined, async () => (await import("@codemirror/lang-json")).json()],
  ["Kotlin", "kt kts", undefined, clike("kotlin")],
  ["Lua", "lua", undefined, () => streamed(import("@codemirror/legacy-modes/mode/lua").then((m) => m.lua))],
  ["Markdown", "md markdown mkd", undefined, async () => (await import("@codemirror/lang-markdown")).markdown()],
  ["Perl", "pl pm", undefined, () => streamed(import("@codemirror/legacy-modes/mode/perl").then((m) => m.perl))],
  ["PHP", "php", undefined, async () => (await import("@codemirror/lang-php")).php()],
  [
    "Properties",
    "properties ini cfg conf env",
    /^\.(?:env|editorconfig|gitconfig|npmrc)/,
    () => streamed(import("@codemirror/legacy-modes/mode/properties").then((m) => m.properties)),
  ],
  ["Python", "py pyi pyw", undefined, async () => (await import("@codemirror/lang-python")).python()],
  [
    "Ruby",
    "rb rake gemspec",
    /^(?:Gem|Rake|Vagrant)file$/,
    () => streamed(import("@codemirror/legacy-modes/mode/ruby").then((m) => m.ruby)),
  ],
  ["Rust", "rs", undefined, async () => (await import("@codemirror/lang-rust")).rust()],
  ["Scala", "scala sbt", undefined, clike("scala")],
  [
    "Shell",
    "sh bash zsh ksh",
    /^\.(?:bash(?:rc|_profile)|profile|zshrc)$/,
    () => streamed(import("@codemirror/legacy-modes/mode/shell").then((m) => m.shell)),
  ],
  ["SQL", "sql", undefined, async () => (await import("@codemirror/lang-sql")).sql()],
  ["Swift", "swift", undefined, () => streamed(import("@codemirror/legacy-modes/mode/swift").then((m) => m.swift))],
  ["TOML", "toml", undefined, () => streamed(import("@codemirror/legacy-modes/mode/toml").then((m) => m.toml))],
  ["TSX", "tsx", undefined, script({ jsx: true, typescript: true })],
  ["TypeScript", "ts mts cts", undefined, script({ typescript: true })],
  ["XML", "xml svg xsd xsl plist", undefined, async () => (await import("@codemirror/lang-xml")).xml()],
  ["YAML", "yaml yml", undefined, async () => (await import("@codemirror/lang-yaml")).yaml()],
];

const described = LANGUAGES.map(([name, endings, filename, load]) =>
  LanguageDescription.of({ name, extensions: endings.split(" "), filename, load }),
);

/** What the first line of a program without an ending may name. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bpython[\d.]*\b/, "Python"],
  [/\b(?:ba|z|da|k)?sh\b/, "Shell"],
  [/\b(?:node|deno|bun)\b/, "JavaScript"],
  [/\bruby\b/, "Ruby"],
  [/\bperl\b/, "Perl"],
];

/** The language of a file, by its name, else by its first line; undefined where it is none of these. */
export function languageOf(name: string, start: string): LanguageDescription | undefined {
  const named = LanguageDescription.matchFilename(described, name);
  if (named) return named;
  const [first = ""] = start.split("\n", 1);
  const program = first.startsWith("#!") && PROGRAMS.find(([form]) => form.test(first))?.[1];
  return described.find((each) => each.name === program);
}
