import { until } from "./processes.mjs";

/** Opens a workbench and waits until it can be used. */
export async function openWorkbench(page, url) {
  await page.goto(url, { waitUntil: "commit", timeout: 120_000 });
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 150_000 });
}

const picker = (page) => page.locator(".quick-input-widget");
/** Rows of an open list of choices. */
export const choices = (page) => picker(page).locator(".monaco-list-row");

/**
 * Runs a command through the palette, by its full title ("Category: Title"). Wait for what it does before the next one: a
 * panel that is just opening can take the focus, and with it the click.
 */
export async function runCommand(page, title, timeoutMs = 90_000) {
  const row = choices(page).filter({ hasText: title }).first();
  const soon = { timeout: Math.min(timeoutMs, 6_000) };
  // Tried anew, because the key can be lost early on, an open palette does not learn of commands that are registered later,
  // and a webview that is just opening takes the focus, which closes the palette.
  for (const end = Date.now() + timeoutMs; ;) {
    try {
      await picker(page).waitFor({ state: "hidden", ...soon });
      await page.keyboard.press("F1");
      await picker(page).waitFor({ state: "visible", ...soon });
      await picker(page).locator("input.input").fill(`>${title}`, soon);
      await row.waitFor(soon);
      await row.click(soon);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

/** Titles of the commands that the palette offers for a search text. */
export async function offeredCommands(page, text) {
  await page.keyboard.press("F1");
  await picker(page).waitFor({ state: "visible" });
  await picker(page).locator("input.input").fill(`>${text}`);
  await choices(page).first().waitFor();
  const titles = await choices(page).allInnerTexts();
  await page.keyboard.press("Escape");
  return titles.map((title) => title.split("\n")[0]);
}

/** Chooses a row of the open list by a part of its label. By keyboard: a hover of a row can lie over the others. */
export async function choose(page, text) {
  await picker(page).waitFor({ state: "visible" });
  await choices(page).first().waitFor();
  await picker(page).locator("input.input").fill(text);
  await choices(page).filter({ hasText: text }).first().waitFor();
  await page.keyboard.press("Enter");
}

/** Ticks all rows of a list that takes several, and accepts. */
export async function chooseAll(page) {
  // The list of commands, which it replaces, has no boxes.
  await choices(page).locator("[role=checkbox], input[type=checkbox]").first().waitFor();
  for (const row of await choices(page).all()) {
    if ((await row.getAttribute("aria-checked")) === "true") continue;
    const box = row.locator("[role=checkbox], input[type=checkbox]").first();
    await ((await box.count()) > 0 ? box : row).dispatchEvent("click");
  }
  await page.keyboard.press("Enter");
}

/** Types into the open input and accepts it. */
export async function enter(page, text) {
  await picker(page).waitFor({ state: "visible" });
  await picker(page).locator("input.input").fill(text);
  await page.keyboard.press("Enter");
}

/**
 * The document of a panel or webview view, by a part of its title: a host page of the workbench holds a frame with the
 * extension's page. Ask again after the page was loaded anew.
 * @returns a playwright Frame
 */
export function webview(page, title, timeoutMs = 60_000) {
  return until(`webview titled ${title}`, () => findWebview(page, title), timeoutMs, 100);
}

export async function findWebview(page, title) {
  for (const host of await page.locator("iframe.webview.ready").elementHandles()) {
    // Frames come and go while they are looked at.
    const inner = await host.contentFrame().catch(() => null);
    const active = await inner?.$("iframe#active-frame").catch(() => null);
    const frame = active && (await host.isVisible()) ? await active.contentFrame().catch(() => null) : null;
    if (!frame) continue;
    // Custom editors have a title in their page only.
    const titles = [active.getAttribute("title"), frame.title()].map((asked) => asked.catch(() => null));
    if ((await Promise.all(titles)).some((name) => name?.includes(title))) return frame;
  }
  return undefined;
}

const themeClasses = { "Dark High Contrast": "hc-black", "Light High Contrast": "hc-light", "Light Modern": "vs" };

/** Switches the colour theme through the palette, by its label ("Light Modern", "Dark High Contrast", …). */
export async function setTheme(page, label) {
  await runCommand(page, "Preferences: Color Theme");
  await choose(page, label);
  await picker(page).waitFor({ state: "hidden" });
  await page.locator(`.monaco-workbench.${themeClasses[label] ?? "vs-dark"}`).waitFor();
}

/** Shows a view container through its icon in the activity bar. */
export async function showSidebar(page, title) {
  const icon = page.locator(`.activitybar .action-item a[aria-label^="${title}"]`).first();
  await icon.waitFor();
  const item = icon.locator("xpath=..");
  const head = page.locator(`.sidebar .composite.title`).filter({ hasText: new RegExp(title, "i") });
  // A click is lost while the window is still being set up.
  for (let attempt = 0; attempt < 5; attempt++) {
    if (!(await item.getAttribute("class"))?.includes("checked")) await icon.click();
    const isShown = await head.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
    if (isShown) return;
    // The icon can be marked although the sidebar is closed.
    await icon.click();
  }
  await head.waitFor();
}

/** Rows of the tree views that are shown. */
export const treeRows = (page) => page.locator(".sidebar .monaco-list-row");

/** Texts of the notifications that are shown. */
export const notifications = (page) => page.locator(".notifications-toasts .notification-list-item-message");

/** Presses a button of a notification or dialog. */
export async function pressButton(page, label) {
  const button = page.locator(".notification-toast, .monaco-dialog-box").getByRole("button", { name: label }).first();
  await button.waitFor();
  await button.click();
}
