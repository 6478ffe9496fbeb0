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

/** Dashes and markers tell lines apart where colours do not. */
const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4], [3, 3, 8, 3]];
const markers = ["circle", "triangle", "rect", "rectRot", "crossRot", "star"] as const;
export type Marker = (typeof markers)[number];

export function colorIndex(tone: number): number {
  return tone % seriesVariables.length;
}

/** Shifts by one each time the colours begin anew, so that 36 lines differ. */
export function dashOf(tone: number): readonly number[] {
  return dashes[(tone + Math.floor(tone / dashes.length)) % dashes.length] ?? [];
}

export function markerOf(tone: number): Marker {
  return markers[(tone + Math.floor(tone / markers.length)) % markers.length] ?? "circle";
}

const seriesVariables = ["blue", "orange", "green", "purple", "red", "yellow"];

export function readTheme(): ChartTheme {
  const style = getComputedStyle(document.body);
  const color = (name: string, fallback: string): string => style.getPropertyValue(`--${name}`).trim() || fallback;
  const isHighContrast = document.body.className.includes("high-contrast");
  const text = color("vscode-foreground", "#808080");
  return {
    text,
    muted: color("unipt-muted", text),
    grid: color("unipt-grid", "#80808040"),
    background: color("vscode-editor-background", "#ffffff"),
    accent: color("vscode-focusBorder", text),
    series: seriesVariables.map((name) => color(`vscode-charts-${name}`, text)),
    isHighContrast,
    fontFamily: color("vscode-font-family", "sans-serif"),
    fontSize: 11,
  };
}

/** Calls back when the user switches the theme: the editor then changes attributes of the body and variables of the root. */
export function onThemeChange(listener: () => void): void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributeFilter: ["class", "data-vscode-theme-id"] });
  observer.observe(document.documentElement, { attributeFilter: ["style"] });
}
