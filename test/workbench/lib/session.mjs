import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, openPage } from "./browser.mjs";
import { outFolder, projectFolder } from "./paths.mjs";
import { startServer } from "./server.mjs";
import { openWorkbench } from "./workbench.mjs";

/**
 * A server, a browser and a page on a workbench with the extension: the packaged one that `UNIPT_VSIX` names, or the working
 * tree's, as it was built last.
 * @param options of `startServer`; `isEmpty`: opens no folder
 */
export async function openSession({ isEmpty = false, viewport, ...options } = {}) {
  const vsix = process.env.UNIPT_VSIX;
  const server = await startServer({ ...options, vsix: vsix ? [vsix] : [], isDevelopment: !vsix });
  const browser = await openBrowser();
  const opened = await openPage(browser, server.authority, viewport ? { viewport } : {});
  const payload = vsix ? undefined : [["extensionDevelopmentPath", server.remoteUri(projectFolder)]];
  await openWorkbench(opened.page, server.url({ ...(isEmpty && { folder: null }), payload }));
  return {
    ...opened,
    server,
    browser,
    /** Saves what is to be seen, for people to look at. */
    async screenshot(name) {
      mkdirSync(outFolder, { recursive: true });
      await opened.page.screenshot({ path: join(outFolder, `${name}.png`) });
    },
    /** Given to `afterEach`: what was to be seen when a test failed. */
    async showFailure({ name, passed }) {
      if (!passed) await this.screenshot(`failed ${name}`.replace(/[^\w]+/g, "-").slice(0, 80));
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

/** Requests to other machines that are not the workbench's own (its gallery of extensions and the like). */
export function requestsOfExtension({ foreignRequests }) {
  const isEditors =
    /^https:\/\/(open-vsx\.org|[\w.-]*\.?(github|githubusercontent|vscode-unpkg|vscode-cdn|microsoft|visualstudio)\.(com|org|net))\//;
  return foreignRequests.filter(({ url, frame }) => !isEditors.test(url) || /webview/.test(frame));
}

/** What browsers say when a content security policy has blocked something of ours. */
export function policyViolations({ consoleMessages }) {
  return consoleMessages.filter(
    ({ text, url }) =>
      /Content Security Policy|Refused to (load|execute|apply|connect)/i.test(text) &&
      /vscode-webview|unipt/i.test(`${url} ${text}`),
  );
}
