import type { Chart } from "chart.js";
import type { ChartTheme } from "./theme";

/** Options that all charts share: no animation, no events of the library's own. */
export const plainChart: { animation: false; responsive: true; maintainAspectRatio: false; events: [] } = {
  animation: false,
  responsive: true,
  maintainAspectRatio: false,
  events: [],
};

/** Fonts and colours of the axes. */
export function axisStyle({ muted, grid, fontFamily, fontSize }: ChartTheme) {
  const font = { family: fontFamily, size: fontSize };
  return {
    font,
    axis: { grid: { color: grid, tickColor: grid }, border: { color: muted } },
    ticks: { color: muted, font, maxRotation: 0 },
    title: (text: string) => ({ display: text !== "", text, color: muted, font, padding: 0 }),
  } as const;
}

/** Draws with a context that is as before afterwards. */
export function drawOn(
  { ctx }: Chart,
  { fontSize, fontFamily }: ChartTheme,
  draw: (context: CanvasRenderingContext2D) => void,
): void {
  ctx.save();
  ctx.font = `${fontSize}px ${fontFamily}`;
  draw(ctx);
  ctx.restore();
}

/** A colour of the theme, which may be hexadecimal or functional, made translucent. */
export function withOpacity(color: string, opacity: number): string {
  return `color-mix(in srgb, ${color} ${opacity * 100}%, transparent)`;
}
