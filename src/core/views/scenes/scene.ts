/** What a shape stands for; screen and print give each a colour of their own. */
export type Tone =
  "text" | "muted" | "grid" | "axis" | "surface" | "accent" | "heat" | "measured" | "idle" | `series${number}`;

/** A shape of a drawing. Screen and file are made from the same shapes. */
export interface Shape {
  readonly tag: "g" | "rect" | "line" | "path" | "circle" | "text";
  /** SVG attributes; colours come from the tones instead. */
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly fill?: Tone | "none";
  readonly stroke?: Tone;
  readonly text?: string;
  readonly children?: readonly Shape[];
}

/** A part of a drawing that can be pointed at and reached with the arrow keys. */
export interface Target {
  readonly row: number;
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** What it says, in words. */
  readonly text: string;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly targets: readonly Target[];
}

/** Of 11 px in common sans-serif fonts, roughly: labels need room before anything can be measured. */
const characterWidth = 6.3;

export function textWidth(text: string): number {
  return text.length * characterWidth;
}

/** Cuts a name in its middle, since layers differ at both ends. */
export function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const tail = Math.floor((length - 1) * 0.6);
  return `${name.slice(0, length - 1 - tail)}…${name.slice(-tail)}`;
}

/** Room for the names of layers at the left of a drawing, and the names as they fit in it. */
export function nameColumn(names: readonly string[], width: number): { left: number; names: readonly string[] } {
  const longest = Math.max(...names.map(textWidth), 0);
  const left = Math.min(width * 0.42, 230, 14 + longest);
  const fitting = Math.max(6, Math.floor((left - 14) / characterWidth + 1e-9));
  return { left, names: names.map((name) => shortened(name, fitting)) };
}

/** Height of a row of a drawing with one row per layer: deep networks must fit on a screen. */
export function rowHeightFor(rows: number): number {
  return rows > 8 ? 20 : 34;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: Tone, width = 1): Shape {
  return { tag: "line", attributes: { x1, y1, x2, y2, "stroke-width": width }, stroke };
}

export function rect(x: number, y: number, width: number, height: number, fill: Tone, more = {}): Shape {
  const size = { width: Math.max(0, width), height: Math.max(0, height) };
  return { tag: "rect", attributes: { x, y, ...size, ...more }, fill };
}

export function label(
  text: string,
  x: number,
  y: number,
  anchor: "start" | "middle" | "end",
  fill: Tone = "text",
): Shape {
  return { tag: "text", attributes: { x, y, "text-anchor": anchor, "dominant-baseline": "central" }, fill, text };
}
