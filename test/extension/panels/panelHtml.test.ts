import { expect, test } from "vitest";
import { panelHtml } from "../../../src/extension/panels/panelHtml";

const page = {
  title: `"><script>alert(1)</script>`,
  language: "de",
  cspSource: "https://*.example",
  nonce: "bm9uY2U",
  script: "https://file.example/runDashboard.js",
  styles: ["https://file.example/shared.css"],
};

test("the policy allows the extension's own files and nothing inline", () => {
  const html = panelHtml(page);
  const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; img-src https://*.example data:; style-src https://*.example; " +
      "font-src https://*.example; script-src 'nonce-bm9uY2U'",
  );
  expect(html).not.toMatch(/unsafe|style=|onload=/);
});

test("a title is text, whatever it says", () => {
  const html = panelHtml(page);
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain("<title>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>");
  expect(html).toContain('<html lang="de">');
});
