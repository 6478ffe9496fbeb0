import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(__dirname, "..", "..");
const manifestText = readFileSync(join(root, "package.json"), "utf8");

interface When {
  readonly when?: string;
}
interface Manifest {
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: Readonly<Record<"untrustedWorkspaces" | "virtualWorkspaces", { supported: unknown }>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly menus: Readonly<
      Record<string, readonly (When & { readonly command?: string; readonly submenu?: string })[]>
    >;
    readonly viewsContainers: Readonly<Record<string, readonly unknown[]>>;
    readonly views: Readonly<Record<string, readonly (When & { readonly id: string })[]>>;
    readonly viewsWelcome: readonly (When & { readonly view: string; readonly contents: string })[];
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly completionEvents: readonly string[]; readonly description: string }[];
    }[];
    readonly keybindings?: readonly When[];
  };
}
const manifest = JSON.parse(manifestText) as Manifest;
const { contributes } = manifest;
const commandIds = contributes.commands.map(({ command }) => command);

/** Conditions of the manifest, from wherever they stand. */
function conditions(): readonly string[] {
  return [...manifestText.matchAll(/"(?:when|enablement)": "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text ?? "");
}

function sources(): string {
  const folder = join(root, "src/extension");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
}

describe("the manifest", () => {
  test("asks for no more than it has to", () => {
    expect(manifest.extensionKind).toEqual(["workspace"]);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
    expect(manifest.activationEvents).not.toContain("*");
    expect(manifest.activationEvents).not.toContain("onStartupFinished");
    expect(contributes.viewsContainers["activitybar"]).toHaveLength(1);
    expect(contributes.views["unipt"]?.length).toBeLessThanOrEqual(4);
  });

  test("each key of its conditions is set by the extension", () => {
    const own = new Set(conditions().flatMap((text) => text.match(/\bunipt\.\w+/g) ?? []));
    const views = new Set(contributes.views["unipt"]?.map(({ id }) => id));
    const set = sources();
    const unset = [...own].filter((key) => !views.has(key) && !set.includes(`"${key}"`));
    expect(unset).toEqual([]);
  });

  test("conditions on rows name kinds of rows that there are", () => {
    const kinds = new Set(
      conditions().flatMap((text) => [...text.matchAll(/viewItem == ([\w.-]+)/g)].map(([, k]) => k)),
    );
    const set = sources() + treeSources();
    expect([...kinds].filter((kind) => !set.includes(`"${kind}"`))).toEqual([]);
  });

  test("each menu entry names a command or a submenu, each view a welcome text where it can be empty", () => {
    const named = Object.values(contributes.menus).flatMap((entries) =>
      entries.flatMap(({ command }) => command ?? []),
    );
    expect(named.filter((id) => id.startsWith("unipt.") && !commandIds.includes(id))).toEqual([]);
    const welcomed = new Set(contributes.viewsWelcome.map(({ view }) => view));
    expect(contributes.views["unipt"]?.map(({ id }) => id).filter((id) => !welcomed.has(id))).toEqual([]);
  });

  test("the walkthrough has at most six steps, each completed by a command that its text offers", () => {
    const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
    for (const { steps } of contributes.walkthroughs) {
      expect(steps.length).toBeLessThanOrEqual(6);
      for (const { completionEvents, description } of steps) {
        const [, command = ""] = /^onCommand:(.+)$/.exec(completionEvents[0] ?? "") ?? [];
        expect(commandIds).toContain(command);
        expect(texts[description.slice(1, -1)]).toContain(`(command:${command})`);
      }
    }
  });

  test("pictures of the walkthrough take their colours from the theme", () => {
    const folder = join(root, "media/walkthrough");
    for (const file of readdirSync(folder)) {
      const colours = readFileSync(join(folder, file), "utf8").match(/(?:fill|stroke)="(?!none)[^"]*"/g) ?? [];
      expect(colours.length).toBeGreaterThan(3);
      expect(colours.filter((colour) => !colour.includes("var(--vscode-"))).toEqual([]);
    }
  });

  test("the icon is a PNG of at least 128 pixels", () => {
    const png = readFileSync(join(root, manifest.icon));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(128);
    expect(png.readUInt32BE(20)).toBe(png.readUInt32BE(16));
  });
});

describe("the build", () => {
  test("has no module that reaches another machine", () => {
    const folders = ["src/extension", "src/engine", "src/jobs", "src/store", "src/cli", "src/protocol", "webview"];
    const texts = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => [join(folder, file), readFileSync(join(root, folder, file), "utf8")] as const),
    );
    const reaches = /from "node:(https?|http2|net|tls|dgram|dns)"|\bfetch\(|XMLHttpRequest|new WebSocket|sendBeacon/;
    expect(texts.filter(([, text]) => reaches.test(text)).map(([file]) => file)).toEqual([]);
  });
});

function treeSources(): string {
  const folder = join(root, "src/core/views/tree");
  return readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}
