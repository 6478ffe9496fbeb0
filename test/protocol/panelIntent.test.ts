import { describe, expect, test } from "vitest";
import { readPanelIntent } from "../../src/protocol/panelIntent";

describe("readPanelIntent", () => {
  test("reads what a page may want", () => {
    for (const intent of [
      { kind: "ready" },
      { kind: "openFile", role: "image.backbone.model" },
      { kind: "openPanel", panel: "layerLens" },
      { kind: "copyCsv", chart: "loss" },
      { kind: "saveSvg", chart: "loss", svg: "<svg xmlns='…'/>" },
      { kind: "savePng", chart: "loss", base64: "iVBORw0KGgo=" },
    ])
      expect(readPanelIntent(intent)).toEqual(intent);
  });

  test("drops everything else", () => {
    for (const message of [
      undefined,
      null,
      "ready",
      [],
      {},
      { kind: "deleteRun" },
      { kind: "constructor" },
      { kind: "ready", directory: "/etc" },
      { kind: "openFile" },
      { kind: "openFile", role: "" },
      { kind: "openFile", role: "x".repeat(201) },
      { kind: "openFile", role: 1 },
      { kind: "openFile", role: ["image.backbone.model"] },
      { kind: "openPanel", panel: "settings" },
      { kind: "saveSvg", chart: "loss", svg: "<script>" },
      { kind: "savePng", chart: "loss", base64: "not base64!" },
    ])
      expect(readPanelIntent(message), JSON.stringify(message)).toBeUndefined();
  });

  test("keys that would reach a prototype are no part of an intent", () => {
    const own = JSON.parse('{"kind": "ready", "__proto__": {"isAdmin": true}}') as unknown;
    expect(readPanelIntent(own)).toBeUndefined();
    expect("isAdmin" in {}).toBe(false);
  });

  test("images have an upper size", () => {
    expect(readPanelIntent({ kind: "saveSvg", chart: "loss", svg: `<svg ${"x".repeat(33 << 20)}` })).toBeUndefined();
  });
});
