import { z } from "zod";

/** Most rows of the list of values on one page. */
export const maxValuesPerPage = 200;
/** Most values that may be ticked. */
export const maxTaps = 1_000;

const valueName = z.string().min(1).max(4_096);
const taps = z.array(valueName).max(maxTaps);

/**
 * What the user wants of the backbone explorer beside what every page offers. Values, axes and experiments are named or
 * numbered, and the host looks them up in what it has read: nothing from the page is used as a path.
 */
export const ExplorerIntent = z.discriminatedUnion("kind", [
  /** A page of the values that match; with it come the rows of the ticked ones. */
  z.strictObject({
    kind: z.literal("listValues"),
    request: z.int().min(0),
    text: z.string().max(1_000),
    block: z.int().min(0).optional(),
    offset: z.int().min(0),
    limit: z.int().min(1).max(maxValuesPerPage),
    ticked: taps,
  }),
  /** Work out shapes and costs at these sizes of free axes. */
  z.strictObject({
    kind: z.literal("setSizes"),
    sizes: z
      .record(z.string().min(1).max(1_000), z.int().min(1).max(1_000_000))
      .refine((sizes) => Object.keys(sizes).length <= 64),
  }),
  z.strictObject({ kind: z.literal("copyIntoExperiment"), taps: taps.min(1) }),
  z.strictObject({ kind: z.literal("copyJson"), taps }),
  z.strictObject({ kind: z.literal("newExperiment") }),
  /** Open the experiment that comes at this place among those that read the model. */
  z.strictObject({ kind: z.literal("openExperiment"), use: z.int().min(0).max(10_000) }),
  z.strictObject({ kind: z.literal("reload") }),
  z.strictObject({ kind: z.literal("showLog") }),
  z.strictObject({ kind: z.literal("manageTrust") }),
]);
export type ExplorerIntent = z.infer<typeof ExplorerIntent>;

/** Reads a message of a webview; undefined for anything that is not exactly such an intent. */
export function readExplorerIntent(message: unknown): ExplorerIntent | undefined {
  const parsed = ExplorerIntent.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
