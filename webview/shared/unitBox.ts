import type { XUnit } from "./lineModel";
import { SelectBox } from "./selectBox";
import type { Ui } from "./ui";

const units = [
  ["step", "step"],
  ["epoch", "epoch"],
  ["seconds", "time"],
] as const satisfies readonly (readonly [XUnit, string])[];

/** Chooses what the horizontal axis of curves shows. */
export class UnitBox {
  readonly root: HTMLElement;
  readonly #select: SelectBox;
  readonly #label: Ui["texts"]["label"];

  constructor({ texts }: Ui, change: (unit: XUnit) => void) {
    this.#label = texts.label;
    this.#select = new SelectBox(texts.label("xAxis"), (value) => {
      const chosen = units.find(([unit]) => unit === value);
      if (chosen) change(chosen[0]);
    });
    this.root = this.#select.root;
  }

  draw(unit: XUnit): void {
    const choices = units.map(([value, name]) => ({ value, text: this.#label(name) }));
    this.#select.draw(choices, unit);
  }
}
