import { UserError } from "../../errors";
import { sideNames } from "../sides";
import type { AxisRequest } from "./axis";
import { kebabCase } from "./cellNames";

/**
 * Reads an axis as the command line gives it: `reduction-factor=2,4`, `image.interaction`, `leaveOneLayerOut`; camel case and
 * kebab case mean the same.
 * @throws UserError when there is no name
 */
export function parseAxis(text: string): AxisRequest {
  const { name, values } = parts(text);
  const side = sideNames.find((one) => name.startsWith(`${one}.`));
  const axis = kebabCase(side === undefined ? name : name.slice(side.length + 1));
  if (axis === "") throw new UserError(`"${text}" names no axis; write for example reduction-factor=2,4,8.`);
  return { kind: "named", name: axis, side, values };
}

/**
 * Reads a setting with its values: `training.optimizer.learningRate=0.001,0.002`.
 * @throws UserError when a part is missing
 */
export function parseSetting(text: string): AxisRequest {
  const { name, values } = parts(text);
  if (name === "" || !values)
    throw new UserError(`"${text}" is no setting with values; write for example training.batchSize=64,128.`);
  return { kind: "setting", name, values };
}

function parts(text: string): { name: string; values: readonly string[] | undefined } {
  const at = text.indexOf("=");
  if (at < 0) return { name: text.trim(), values: undefined };
  return { name: text.slice(0, at).trim(), values: splitValues(text.slice(at + 1)) };
}

/** Splits at commas, except within brackets, braces and quotes; empty parts are left out. */
export function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  let [start, depth, isQuoted] = [0, 0, false];
  for (let i = 0; i <= text.length; i++) {
    const character = text[i];
    if (character === '"' && text[i - 1] !== "\\") isQuoted = !isQuoted;
    if (!isQuoted && (character === "[" || character === "{")) depth++;
    if (!isQuoted && (character === "]" || character === "}")) depth--;
    if (character === undefined || (character === "," && depth <= 0 && !isQuoted)) {
      values.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return values.filter((value) => value !== "");
}
