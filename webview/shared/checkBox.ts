import "@vscode-elements/elements/dist/vscode-checkbox/index.js";

/** A check box with its label. */
export function checkBox(label: string, isChecked: boolean, change: (isChecked: boolean) => void): HTMLElement {
  const box = document.createElement("vscode-checkbox");
  box.label = label;
  box.checked = isChecked;
  box.addEventListener("change", () => change(box.checked));
  return box;
}
