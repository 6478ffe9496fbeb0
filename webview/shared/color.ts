/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Least contrast of lines and areas with what is behind them (WCAG 2.1, 1.4.11). */
const leastContrast = 3;

/**
 * Reads a colour as the editor writes it, `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb(…)` or `rgba(…)`. Transparency is left out: lines
 * are too thin to be translucent.
 */
export function parseColor(text: string): Rgb | undefined {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec(text.trim())?.[1];
  if (hex !== undefined) {
    const digits = (hex.length === 3 ? hex.replace(/./g, "$&$&") : hex).match(/../g) ?? [];
    return rgb(digits.map((pair) => parseInt(pair, 16)));
  }
  const values = /^rgba?\(([^)]*)\)$/i.exec(text.trim())?.[1]?.split(/[\s,/]+/);
  return values && rgb(values.map(Number));
}

/** Moves a colour towards `text` as far as is needed to tell it from `background`. */
export function legible(color: Rgb, background: Rgb, text: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.1) {
    const mixed = mix(color, text, share);
    if (contrast(mixed, background) >= leastContrast) return mixed;
  }
  return text;
}

/** Contrast of two colours from 1 to 21 (WCAG 2.1). */
export function contrast(a: Rgb, b: Rgb): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

export function toCss([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (x: number, y: number): number => Math.round(x + (y - x) * share);
  return [part(a[0], b[0]), part(a[1], b[1]), part(a[2], b[2])];
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rgb([red = Number.NaN, green = Number.NaN, blue = Number.NaN]: readonly number[]): Rgb | undefined {
  return Number.isNaN(red + green + blue) ? undefined : [red, green, blue];
}
