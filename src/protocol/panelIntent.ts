import { z } from "zod";
import { panelKinds } from "./panelKind";

/** Largest image that a panel may ask to save, in bytes. */
export const maxImageBytes = 32 << 20;

const chart = z.string().min(1).max(200);
/** Looked up among the runs that a panel shows. */
const run = z.string().min(1).max(4096);

export const textFormats = ["csv", "markdown", "latex"] as const;
export type TextFormat = (typeof textFormats)[number];

/** What a panel on a run offers to do with it; each is a command of the same name. */
export const runCommands = ["stopRun", "resumeRun", "compareRuns", "browseResults", "launchAblation"] as const;
export type RunCommand = (typeof runCommands)[number];

/**
 * What the user wants, as a panel tells it. Charts, files and runs are named, and the host looks the names up: nothing from a
 * webview is used as a path.
 */
export const PanelIntent = z.discriminatedUnion("kind", [
  /** The page listens; it may be sent its state. */
  z.strictObject({ kind: z.literal("ready") }),
  /** Open a file that the run read, by its role. */
  z.strictObject({ kind: z.literal("openFile"), role: z.string().min(1).max(200) }),
  /** Open `config.json` of the run. */
  z.strictObject({ kind: z.literal("openSettings") }),
  z.strictObject({ kind: z.literal("revealRun") }),
  z.strictObject({ kind: z.literal("openPanel"), panel: z.enum(panelKinds) }),
  z.strictObject({ kind: z.literal("openCsv"), chart }),
  z.strictObject({ kind: z.literal("exportCsv"), chart }),
  z.strictObject({ kind: z.literal("copyCsv"), chart }),
  z.strictObject({ kind: z.literal("saveSvg"), chart, svg: z.string().startsWith("<svg ").max(maxImageBytes) }),
  /** Hand over a text that the page has made, such as a table for a paper. */
  z.strictObject({
    kind: z.literal("giveText"),
    format: z.enum(textFormats),
    how: z.enum(["open", "copy", "save"]),
    /** What it is called, without an extension. */
    name: z.string().min(1).max(200),
    text: z.string().max(maxImageBytes),
  }),
  z.strictObject({ kind: z.literal("addRuns") }),
  z.strictObject({ kind: z.literal("removeRun"), run }),
  z.strictObject({ kind: z.literal("openRun"), run, panel: z.enum(panelKinds) }),
  /** Tell more about a layer of the lens. */
  z.strictObject({ kind: z.literal("inspectLayer"), modality: z.string().max(200), layer: z.string().max(2000) }),
  /** Do something with the run that the panel shows. */
  z.strictObject({ kind: z.literal("runCommand"), command: z.enum(runCommands) }),
  z.strictObject({ kind: z.literal("savePng"), chart, base64: z.base64().max(Math.ceil((maxImageBytes * 4) / 3)) }),
]);
export type PanelIntent = z.infer<typeof PanelIntent>;

/** Reads a message of a webview; undefined for anything that is not exactly an intent. */
export function readPanelIntent(message: unknown): PanelIntent | undefined {
  const parsed = PanelIntent.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
