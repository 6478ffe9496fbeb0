import "@vscode-elements/elements/dist/vscode-option/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import { element, uniqueId } from "../shared/dom";

export interface Choice<T extends string> {
  readonly root: HTMLElement;
  /** Shows what is chosen. */
  readonly show: (value: T) => void;
}

/** A drop-down list with a label. */
export function selectOf<T extends string>(
  name: string,
  options: readonly (readonly [T, string])[],
  choose: (value: T) => void,
): Choice<T> {
  const select = document.createElement("vscode-single-select");
  select.label = name;
  select.append(
    ...options.map(([value, text]) => {
      const option = document.createElement("vscode-option");
      option.value = value;
      option.textContent = text;
      return option;
    }),
  );
  select.addEventListener("change", () => {
    const chosen = options.find(([value]) => value === select.value);
    if (chosen) choose(chosen[0]);
  });
  return {
    root: element("span", { class: "control" }, name, select),
    show: (value) => {
      if (select.value !== value) select.value = value;
    },
  };
}

/** Radio buttons in a row. */
export function radiosOf<T extends string>(
  name: string,
  options: readonly (readonly [T, string])[],
  choose: (value: T) => void,
): Choice<T> {
  const group = uniqueId("radios");
  const inputs = options.map(([value, text]) => {
    const input = element("input", { type: "radio", name: group, value });
    input.addEventListener("change", () => choose(value));
    return { value, input, label: element("label", { class: "radio" }, input, text) };
  });
  const legend = element("legend", { class: "visually-hidden" }, name);
  return {
    root: element("fieldset", { class: "radios" }, legend, ...inputs.map(({ label }) => label)),
    show: (shown) => {
      for (const { value, input } of inputs) input.checked = value === shown;
    },
  };
}

export function buttonOf(text: string, run: () => void, isPrimary = false): HTMLElement & { disabled: boolean } {
  const button = document.createElement("vscode-button");
  button.secondary = !isPrimary;
  button.textContent = text;
  button.addEventListener("click", run);
  return button;
}

/** A field for words. */
export function fieldOf(name: string, placeholder: string): HTMLInputElement {
  return element("input", { type: "search", class: "field", "aria-label": name, placeholder, maxlength: "2000" });
}
