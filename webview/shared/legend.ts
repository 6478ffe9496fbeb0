import { element, setText, svgElement } from "./dom";
import type { Band, Line } from "./lineModel";
import type { Marker } from "./lineStyle";
import { colorIndex, dashOf, markerOf } from "./lineStyle";

/** What a legend names: lines by their dash and marker, areas and bubbles by their colour. */
export type LegendLine = Pick<Line, "id" | "label" | "tone"> &
  Partial<Pick<Line, "hasMarkers" | "isUnjoined" | "isFaint">> & {
    readonly isArea?: boolean;
    /** Grey instead of the colour of its tone. */
    readonly shade?: "measured" | "idle" | undefined;
  };

export interface LegendModel {
  readonly lines: readonly LegendLine[];
  readonly bands?: readonly Band[] | undefined;
  readonly hidden: ReadonlySet<string>;
}

interface Entry {
  readonly button: HTMLElement;
  readonly value: HTMLElement;
}

/** Names the lines with the values at the cursor; each entry hides or shows its line. One tab stop, arrow keys within. */
export class Legend {
  readonly #root: HTMLElement;
  readonly #toggle: ((line: string) => void) | undefined;
  readonly #entries = new Map<string, Entry>();
  #names = "";

  /** @param toggle hides or shows a line; without it the legend only names them */
  constructor(root: HTMLElement, name: string, toggle?: (line: string) => void) {
    this.#root = root;
    this.#toggle = toggle;
    root.setAttribute("role", toggle ? "toolbar" : "group");
    root.setAttribute("aria-label", name);
    root.addEventListener("keydown", (event) => this.#key(event));
  }

  draw({ lines: all, bands = [], hidden }: LegendModel): void {
    const lines = all.filter(({ isFaint }) => isFaint !== true);
    const names = [...lines.map(({ id, label }) => `${id} ${label}`), ...new Set(bands.map(({ name }) => name))].join(
      "\n",
    );
    if (names !== this.#names) this.#rebuild(lines, bands);
    this.#names = names;
    if (!this.#toggle) return;
    for (const { id } of lines) this.#entries.get(id)?.button.setAttribute("aria-pressed", String(!hidden.has(id)));
  }

  setValue(line: string, value: string): void {
    const entry = this.#entries.get(line);
    if (entry) setText(entry.value, value);
  }

  #rebuild(lines: readonly LegendLine[], bands: readonly Band[]): void {
    this.#entries.clear();
    for (const line of lines) {
      const value = element("span", { class: "legend-value" });
      const toggle = this.#toggle;
      const tabindex = this.#entries.size === 0 ? "0" : "-1";
      const button = element(
        toggle ? "button" : "span",
        toggle ? { type: "button", class: "legend-entry", tabindex } : { class: "legend-entry legend-fixed" },
        line.isArea === true ? patch(line, 1) : swatch(line),
        line.label,
        value,
      );
      if (toggle) button.addEventListener("click", () => toggle(line.id));
      this.#entries.set(line.id, { button, value });
    }
    const kinds = new Map(bands.map((band) => [band.name, band]));
    const keys = [...kinds.values()].map((band) =>
      element("span", { class: "legend-band hint" }, patch(band, 0.4), band.name),
    );
    this.#root.replaceChildren(...[...this.#entries.values()].map(({ button }) => button), ...keys);
  }

  #key(event: KeyboardEvent): void {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const buttons = [...this.#entries.values()].map(({ button }) => button);
    const at = buttons.findIndex((button) => button === document.activeElement);
    const next = buttons.at((at + move) % buttons.length);
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next?.focus();
  }
}

const markerPaths: Readonly<Record<Marker, string>> = {
  circle: "M8.5 5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
  triangle: "M12 1L16 8.5H8Z",
  rect: "M9 2h6v6h-6Z",
  rectRot: "M12 0.8L16.2 5L12 9.2L7.8 5Z",
  crossRot: "M9 2L15 8M15 2L9 8",
  star: "M12 1V9M8.5 3L15.5 7M15.5 3L8.5 7",
};

/** A sample of the line: its colour, dash and marker; a hollow marker alone where points are not joined. */
function swatch({ tone, hasMarkers = false, isUnjoined = false }: LegendLine): SVGElement {
  const svg = svgElement("svg", {
    class: "swatch",
    viewBox: "0 0 24 10",
    width: 24,
    height: 10,
    "aria-hidden": "true",
  });
  const color = colorIndex(tone);
  const dash = dashOf(tone).join(" ");
  const line = svgElement("line", { x1: 0, y1: 5, x2: 24, y2: 5, "stroke-width": 2, "stroke-dasharray": dash });
  line.classList.add(`stroke-series${color}`);
  const marker = svgElement("path", { d: markerPaths[markerOf(tone)], "stroke-width": isUnjoined ? 2 : 1 });
  marker.classList.add(`stroke-series${color}`, isUnjoined ? "fill-none" : `fill-series${color}`);
  if (!isUnjoined) svg.append(line);
  if (hasMarkers) svg.append(marker);
  return svg;
}

function patch({ tone, shade }: Pick<LegendLine, "tone" | "shade">, opacity: number): SVGElement {
  const svg = svgElement("svg", {
    class: "swatch",
    viewBox: "0 0 14 10",
    width: 14,
    height: 10,
    "aria-hidden": "true",
  });
  const area = svgElement("rect", { width: 14, height: 10, "fill-opacity": opacity });
  area.classList.add(shade === undefined ? `fill-series${colorIndex(tone)}` : `fill-${shade}`);
  svg.append(area);
  return svg;
}
