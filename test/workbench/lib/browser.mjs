import { onEnd } from "./processes.mjs";
import { chromiumPath } from "./paths.mjs";

/* global location, ServiceWorkerRegistration -- functions given to `addInitScript` run in the page */

const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Chromium without a window; it goes with this process. */
export async function openBrowser() {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: launchArguments });
  // playwright ends the browser on signals and on exit; this is for a process that ends itself.
  const forget = onEnd(() => void browser.close().catch(() => undefined));
  browser.once("disconnected", forget);
  return browser;
}

/**
 * A page that can reach the server and nothing else.
 * @returns the page and what went on in it: requests to other machines (refused) and messages of the console
 */
export async function openPage(browser, authority, { viewport = { width: 1440, height: 900 }, scale = 1 } = {}) {
  const context = await browser.newContext({
    viewport,
    deviceScaleFactor: scale,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const foreignRequests = [];
  const consoleMessages = [];
  const isLocal = ({ protocol, host }) => host === authority || !/^(https?|wss?):$/.test(protocol);
  await context.route(
    (url) => !isLocal(url),
    (route) => {
      const request = route.request();
      foreignRequests.push({ url: request.url(), frame: frameOf(request) });
      return route.abort();
    },
  );
  page.on("console", (message) =>
    consoleMessages.push({ type: message.type(), text: message.text(), url: message.location().url }),
  );
  await keepWebviewsLoading(page);
  return { page, context, foreignRequests, consoleMessages };
}

function frameOf(request) {
  try {
    return request.frame().url();
  } catch {
    return "service worker";
  }
}

/**
 * Without background networking Chromium can hold back `ServiceWorkerRegistration.update()` for minutes; each webview after
 * the first ones awaits it and stays blank. The profile is new, so there is no older worker to update.
 */
export async function keepWebviewsLoading(page) {
  await page.addInitScript(() => {
    if (location.pathname.includes("/webview/browser/pre/") && globalThis.ServiceWorkerRegistration)
      ServiceWorkerRegistration.prototype.update = async function () {
        return this;
      };
  });
}
