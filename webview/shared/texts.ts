import type { Formatter } from "../../src/core/views/format";
import { fill, formatter } from "../../src/core/views/format";
import type { PanelLabel, PanelLabels } from "../../src/protocol/panelLabels";

/** The page's words and figures in the user's language. */
export class Texts {
  readonly format: Formatter;
  readonly #labels: PanelLabels;

  constructor(labels: PanelLabels, locale: string) {
    this.#labels = labels;
    this.format = formatter(locale);
  }

  /** A label with its places filled in; `label` is bound, so that it can be taken out of the object. */
  readonly label = (name: PanelLabel, ...values: readonly (string | number)[]): string =>
    fill(this.#labels[name], ...values);
}
