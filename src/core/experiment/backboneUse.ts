import type { Edit } from "jsonc-parser";
import { modify } from "jsonc-parser";
import { parseJsonText, valueOf } from "./jsonText";
import { childValue } from "./schemaPath";
import { type SideName, sideNames } from "./sides";

/** A backbone that an experiment file names, as far as it can be told: the rest of the file may be wrong. */
export interface BackboneUse {
  readonly side: SideName;
  /** As written: relative to the file. */
  readonly model: string;
  /** Names or indices; undefined taps all hidden states that are found. */
  readonly hiddenStates: readonly (string | number)[] | undefined;
}

/** The backbones of an experiment file. Never throws, whatever the text. */
export function backboneUses(text: string): BackboneUse[] {
  const { root } = parseJsonText(text);
  if (!root) return [];
  const document = valueOf(root);
  return sideNames.flatMap((side): BackboneUse[] => {
    const backbone = childValue(childValue(document, side), "backbone");
    const model = childValue(backbone, "model");
    if (typeof model !== "string" || model === "") return [];
    const taps = childValue(backbone, "hiddenStates");
    const isList = Array.isArray(taps) && taps.every((tap) => typeof tap === "string" || typeof tap === "number");
    return [{ side, model, hiddenStates: isList ? taps : undefined }];
  });
}

/**
 * Changes of the text that tap these values on one side of an experiment; comments and everything else stay as they are.
 * @param indent of the text: spaces per level, or 0 for tabs
 */
export function tapEdits(text: string, side: SideName, taps: readonly string[], indent: number): Edit[] {
  const formattingOptions = {
    insertSpaces: indent > 0,
    tabSize: indent > 0 ? indent : 4,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
  return modify(text, [side, "backbone", "hiddenStates"], taps, { formattingOptions });
}
