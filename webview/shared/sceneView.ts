import type { Scene, Shape, Target } from "../../src/core/views/scenes/scene";
import { element, show, svgElement } from "./dom";
import { walk } from "./pointWalk";

export interface SceneEvents {
  /** Has a screen reader say what is pointed at. */
  readonly say: (text: string) => void;
  /** A part was clicked, or Enter pressed on it. */
  readonly choose?: (target: Target) => void;
}

/** Shows a drawing in the colours of the theme, follows the pointer, and lets the arrow keys move from part to part. */
export class SceneView {
  readonly #stage: HTMLElement;
  readonly #events: SceneEvents;
  readonly #readout = element("div", { class: "readout" });
  #scene: Scene = { width: 0, height: 0, shapes: [], targets: [] };
  #ring: SVGElement | undefined;
  #focus: { row: number; column: number } | undefined;

  constructor(stage: HTMLElement, events: SceneEvents) {
    this.#stage = stage;
    this.#events = events;
    show(this.#readout, false);
    stage.append(this.#readout);
    stage.addEventListener("pointermove", (event) => this.#point(this.#targetAt(event)));
    stage.addEventListener("pointerleave", () => this.#point(undefined));
    stage.addEventListener("click", (event) => {
      const target = this.#targetAt(event);
      if (target) this.#events.choose?.(target);
    });
    stage.addEventListener("keydown", (event) => this.#key(event));
    stage.addEventListener("blur", () => this.#point(undefined));
  }

  get width(): number {
    return this.#stage.clientWidth;
  }

  draw(scene: Scene): void {
    this.#scene = scene;
    const { width, height, shapes } = scene;
    const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    svg.append(...shapes.map(shapeElement));
    this.#ring = svgElement("rect", { class: "focus-ring", rx: 2 });
    svg.append(this.#ring);
    this.#stage.querySelector("svg")?.remove();
    this.#stage.prepend(svg);
    if (this.#focus && document.activeElement === this.#stage) this.#point(this.#focused());
    else show(this.#readout, false);
  }

  #focused(): Target | undefined {
    const { row, column } = this.#focus ?? { row: 0, column: 0 };
    return this.#scene.targets.find((target) => target.row === row && target.column === column);
  }

  #targetAt({ clientX, clientY }: MouseEvent): Target | undefined {
    const { left, top } = this.#stage.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    return this.#scene.targets.find((at) => x >= at.x && x <= at.x + at.width && y >= at.y && y <= at.y + at.height);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.#focus = undefined;
      this.#point(undefined);
      return;
    }
    if (event.key === "Enter") {
      const target = this.#focused();
      if (target) this.#events.choose?.(target);
      return;
    }
    const lengths: number[] = [];
    for (const { row } of this.#scene.targets) lengths[row] = (lengths[row] ?? 0) + 1;
    const from = this.#focus ?? { row: 0, column: -1 };
    const to = walk({ line: from.row, point: from.column }, event.key, lengths);
    if (to === undefined) return;
    event.preventDefault();
    this.#focus = { row: to.line, column: Math.max(0, to.point) };
    const target = this.#focused();
    this.#point(target);
    if (target) this.#events.say(target.text);
  }

  #point(target: Target | undefined): void {
    show(this.#readout, target !== undefined);
    this.#ring?.toggleAttribute("data-shown", target !== undefined);
    if (target === undefined) return;
    const { x, y, width, height, text } = target;
    for (const [name, value] of Object.entries({ x, y, width, height })) this.#ring?.setAttribute(name, String(value));
    this.#readout.textContent = text;
    const room = this.#scene.width - this.#readout.offsetWidth - 4;
    this.#readout.style.transform = `translate(${Math.max(0, Math.min(room, x + width / 2 + 10))}px, ${y + height + 4}px)`;
  }
}

function shapeElement({ tag, attributes, fill, stroke, text, children = [] }: Shape): SVGElement {
  const made = svgElement(tag, attributes);
  if (fill !== undefined) made.classList.add(`fill-${toneClass(fill)}`);
  if (stroke !== undefined) made.classList.add(`stroke-${toneClass(stroke)}`);
  if (text !== undefined) made.textContent = text;
  made.append(...children.map(shapeElement));
  return made;
}

/** Style sheets know six series; later ones begin anew. */
function toneClass(tone: string): string {
  return tone.replace(/^series(\d+)$/, (_, index: string) => `series${Number(index) % 6}`);
}
