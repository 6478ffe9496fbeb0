import { legible, parseColor, toCss } from "./color";

/** Colours of the editor's theme, for canvases, which style sheets do not reach. */
export interface ChartTheme {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly background: string;
  readonly accent: string;
  readonly series: readonly string[];
  readonly isHighContrast: boolean;
  readonly fontFamily: string;
  readonly fontSize: number;
}

/** Colours of the editor's charts, with stand-ins for themes that lack some; high contrast has no orange. */
const seriesVariables = [
  ["blue", "#3794ff"],
  ["orange", "#d18616"],
  ["green", "#48985d"],
  ["purple", "#a45cd6"],
  ["red", "#e5534b"],
  ["yellow", "#b89500"],
] as const;

export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const color = (name: string, fallback: string): string => style.getPropertyValue(`--${name}`).trim() || fallback;
  const isHighContrast = document.body.className.includes("high-contrast");
  const text = color("vscode-foreground", "#808080");
  const background = color("vscode-editor-background", "#ffffff");
  return {
    text,
    muted: color("unipt-muted", text),
    grid: color("unipt-grid", "#80808040"),
    background,
    accent: color("vscode-focusBorder", text),
    series: seriesVariables.map(([name, standIn]) =>
      legibleOn(background, text, color(`vscode-charts-${name}`, standIn)),
    ),
    isHighContrast,
    fontFamily: color("vscode-font-family", "sans-serif"),
    fontSize: 11,
  };
}

/** Some themes have chart colours that are nearly transparent, or too close to the background. */
function legibleOn(background: string, text: string, color: string): string {
  const [behind, front, own] = [background, text, color].map(parseColor);
  return behind && front && own ? toCss(legible(own, behind, front)) : color;
}

/** Gives style sheets the colours of the series, as variables of the body. */
function publishColors(): void {
  const { series } = readTheme();
  for (const [i, color] of series.entries()) document.body.style.setProperty(`--unipt-series${i}`, color);
}

/**
 * Keeps the colours of the page those of the theme.
 * @param listener is told when the user has switched the theme: the editor then changes attributes of the body and variables
 * of the root
 */
export function followTheme(listener: () => void): void {
  publishColors();
  const observer = new MutationObserver(() => {
    publishColors();
    listener();
  });
  observer.observe(document.body, { attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributeFilter: ["style"] });
}
