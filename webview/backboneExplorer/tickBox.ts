import { element } from "../shared/dom";

/** A check box without a visible label: the row that it stands in says what it ticks. */
export function tickBox(label: string, change: (isTicked: boolean) => void): HTMLInputElement {
  const box = element("input", { type: "checkbox", class: "tick-box", "aria-label": label, title: label });
  box.addEventListener("change", () => change(box.checked));
  return box;
}
