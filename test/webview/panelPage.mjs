/* global Buffer, MutationObserver, atob, document, requestAnimationFrame, window -- parts of this file run in the page */
// Opens the page of a panel in a browser as the editor would: the same HTML and policy, a stub of the editor's interface, and
// the variables of a theme. Messages are what the extension's own code made of a run directory.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { themes } from "./themes.mjs";

const types = { ".js": "text/javascript", ".css": "text/css", ".map": "application/json" };

/** Serves built webviews from `dist`; `html(kind, origin)` makes their pages. Returns the origin and a way to stop. */
export async function servePanels(dist, html) {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const type = types[extname(path)];
    try {
      const body = type ? readFileSync(join(dist, "webview", path.slice(1))) : html(path.slice(1), origin);
      response.writeHead(200, { "content-type": type ?? "text/html; charset=utf-8" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, stop: () => new Promise((resolve) => server.close(resolve)) };
}

/**
 * Opens a panel. `page.intents()` gives what the page has sent so far, `page.receive(message)` sends it a message, and
 * `page.problems` collects errors, blocked resources and requests that left the page's own files.
 */
export async function openPanel(
  browser,
  origin,
  kind,
  { theme = "dark", viewport = { width: 1180, height: 900 }, saved, ...context } = {},
) {
  const browserContext = await browser.newContext({ viewport, reducedMotion: "reduce", ...context });
  const page = await browserContext.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) problems.push(`request to ${url}`);
  });
  await page.addInitScript(editorStub, { theme: themes[theme], saved });
  await page.goto(`${origin}/${kind}`);
  const receive = async (message) => {
    await page.evaluate((text) => window.receiveFromHost(text), encode(message));
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  };
  return Object.assign(page, {
    problems,
    receive,
    intents: () => page.evaluate(() => window.sentToHost),
    savedState: () => page.evaluate(() => window.savedByPage),
    setTheme: (name) => page.evaluate((next) => window.applyTheme(next), themes[name]),
  });
}

/** Runs in the page before anything else. */
function editorStub({ theme, saved }) {
  window.sentToHost = [];
  window.savedByPage = saved;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => window.sentToHost.push(message),
    getState: () => window.savedByPage,
    setState: (state) => (window.savedByPage = state),
  });
  window.receiveFromHost = (text) => {
    const revive = (_, value) => {
      if (typeof value !== "object" || value === null || !("float64" in value)) return value;
      const bytes = Uint8Array.from(atob(value.float64), (character) => character.charCodeAt(0));
      return new Float64Array(bytes.buffer);
    };
    window.postMessage(JSON.parse(text, revive), "*");
  };
  window.applyTheme = ({ bodyClass, variables }) => {
    const root = document.documentElement;
    root.removeAttribute("style");
    for (const [name, value] of Object.entries(variables)) root.style.setProperty(`--vscode-${name}`, value);
    document.body.className = bodyClass;
  };
  const apply = () => window.applyTheme(theme);
  if (document.body) apply();
  else {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      apply();
    }).observe(document, { childList: true, subtree: true });
  }
}

/** JSON with arrays of numbers as bytes, since they may hold what JSON cannot say. */
function encode(message) {
  const replace = (_, value) => {
    if (!(value instanceof Float64Array)) return value;
    return { float64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  };
  return JSON.stringify(message, replace);
}
