import type { Scene, Shape, Tone } from "./scene";

/**
 * Colours for paper: those of Okabe and Ito, which people with any kind of colour vision tell apart, on white.
 */
const seriesColors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];
const printColors: Readonly<Record<Exclude<Tone, `series${number}`>, string>> = {
  text: "#1a1a1a",
  muted: "#595959",
  grid: "#e3e3e3",
  axis: "#8c8c8c",
  surface: "#ffffff",
  accent: "#1a1a1a",
  heat: "#0072b2",
  measured: "#595959",
  idle: "#bfbfbf",
};

/** A drawing as an SVG file of its own, in print colours. */
export function sceneToSvg({ width, height, shapes }: Scene, title: string): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const font = `font-family="Helvetica, Arial, sans-serif" font-size="11"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font} role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${printColors.surface}"/>`,
    ...shapes.map(shapeToSvg),
    "</svg>",
    "",
  ].join("\n");
}

function shapeToSvg({ tag, attributes = {}, fill, stroke, text, children = [] }: Shape): string {
  const colors = {
    ...(fill !== undefined && { fill: fill === "none" ? fill : colorOf(fill) }),
    ...(stroke !== undefined && { stroke: colorOf(stroke) }),
  };
  const pairs = Object.entries({ ...attributes, ...colors }).map(
    ([name, value]) => ` ${name}="${escaped(rounded(value))}"`,
  );
  const inner = escaped(text ?? "") + children.map(shapeToSvg).join("");
  return inner === "" ? `<${tag}${pairs.join("")}/>` : `<${tag}${pairs.join("")}>${inner}</${tag}>`;
}

function colorOf(tone: Tone): string {
  const index = /^series(\d+)$/.exec(tone)?.[1];
  if (index !== undefined) return seriesColors[Number(index) % seriesColors.length] ?? "#000000";
  return printColors[tone as keyof typeof printColors];
}

function rounded(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
