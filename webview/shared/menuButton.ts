import { element, show, uniqueId } from "./dom";

export interface MenuItem {
  readonly text: () => string;
  readonly run: () => void;
}

/**
 * A button that opens a menu, with the keys that menus have: arrows, Home, End, Escape. Closes when the focus leaves it.
 * @param name what the button is called for people who do not see it
 * @param text what stands on it
 */
export function menuButton(name: string, items: readonly MenuItem[], text = "⋯"): HTMLElement {
  const id = uniqueId("menu");
  const attributes = { type: "button", "aria-haspopup": "menu", "aria-controls": id, "aria-expanded": "false" };
  const button = element(
    "button",
    { ...attributes, class: text === "⋯" ? "icon-button" : "text-button", "aria-label": name, title: name },
    text,
  );
  const menu = element("div", { class: "menu", role: "menu", id, "aria-label": name });
  const root = element("div", { class: "menu-anchor" }, button, menu);
  show(menu, false);

  const entries = items.map(({ text, run }) => {
    const entry = element("button", { type: "button", role: "menuitem", tabindex: "-1" });
    entry.addEventListener("click", () => {
      close(true);
      run();
    });
    menu.append(entry);
    return { entry, text };
  });
  const focus = (index: number): void => entries.at(index % entries.length)?.entry.focus();
  const open = (index: number): void => {
    for (const { entry, text } of entries) entry.textContent = text();
    show(menu, true);
    button.setAttribute("aria-expanded", "true");
    focus(index);
  };
  const close = (takesFocus: boolean): void => {
    show(menu, false);
    button.setAttribute("aria-expanded", "false");
    if (takesFocus) button.focus();
  };

  button.addEventListener("click", () => (menu.hidden ? open(0) : close(true)));
  root.addEventListener("keydown", (event) => {
    const at = entries.findIndex(({ entry }) => entry === document.activeElement);
    if (menu.hidden) {
      if (event.key !== "ArrowDown") return;
      open(0);
    } else if (event.key === "ArrowDown") focus(at + 1);
    else if (event.key === "ArrowUp") focus(at - 1);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(-1);
    else if (event.key === "Escape") close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && root.contains(relatedTarget))) close(false);
  });
  return root;
}
