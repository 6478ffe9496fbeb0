import { z } from "zod";
import { panelKinds } from "./panelKind";

/** Largest image that a panel may ask to save, in bytes. */
export const maxImageBytes = 32 << 20;

const chart = z.string().min(1).max(200);

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
  z.strictObject({ kind: z.literal("savePng"), chart, base64: z.base64().max(Math.ceil((maxImageBytes * 4) / 3)) }),
]);
export type PanelIntent = z.infer<typeof PanelIntent>;

/** Reads a message of a webview; undefined for anything that is not exactly an intent. */
export function readPanelIntent(message: unknown): PanelIntent | undefined {
  const parsed = PanelIntent.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
