import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** One accent, for what can be done; states have colours of their own, and always an icon and a word beside it. */
const signal: MantineColorsTuple = [
  "#eef3ff",
  "#dbe5fe",
  "#bccffc",
  "#93b1fa",
  "#6b93f7",
  "#4a78f0",
  "#2c59dd",
  "#2449b8",
  "#213f95",
  "#1f3777",
];

const dark: MantineColorsTuple = [
  "#dbe0e8",
  "#b7bfcc",
  "#939dae",
  "#6b7587",
  "#2b323e",
  "#222832",
  "#181c24",
  "#10131a",
  "#0b0e13",
  "#07090d",
];

export const theme = createTheme({
  primaryColor: "signal",
  primaryShade: { light: 6, dark: 6 },
  colors: { signal, dark },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.4" },
      h2: { fontSize: "1rem", lineHeight: "1.5" },
      h3: { fontSize: "0.875rem", lineHeight: "1.5" },
    },
  },
  defaultRadius: "md",
  radius: { sm: "4px", md: "6px", lg: "10px" },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Modal: { defaultProps: { centered: true, closeButtonProps: { "aria-label": "Close" } } },
  },
});

/** Greys that are dim and can still be read (WCAG AA), and surfaces. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#59626f",
    "--mantine-color-anchor": "#2449b8",
    "--mantine-color-placeholder": "#6b7280",
    "--mantine-color-error": "#b42318",
    "--qd-surface": "#ffffff",
    "--qd-sunken": "#f6f7f9",
    "--qd-line": "#e3e6ea",
    "--qd-hover": "#f1f3f6",
    "--qd-chosen": "#e9effd",
    "--qd-chosen-text": "#2449b8",
    "--qd-good": "#1a7a3c",
    "--qd-busy": "#2449b8",
    "--qd-warn": "#8f5300",
    "--qd-bad": "#b42318",
    "--qd-quiet": "#59626f",
  },
  dark: {
    "--mantine-color-dimmed": "#939dae",
    "--mantine-color-anchor": "#93b1fa",
    "--mantine-color-placeholder": "#8590a2",
    "--mantine-color-error": "#f38b82",
    "--qd-surface": "#141820",
    "--qd-sunken": "#0c0f14",
    "--qd-line": "#262c37",
    "--qd-hover": "#1b202a",
    "--qd-chosen": "#1b2540",
    "--qd-chosen-text": "#a9c1fb",
    "--qd-good": "#57c784",
    "--qd-busy": "#93b1fa",
    "--qd-warn": "#e3a948",
    "--qd-bad": "#f38b82",
    "--qd-quiet": "#939dae",
  },
});
