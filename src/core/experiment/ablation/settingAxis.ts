import { UserError } from "../../errors";
import { fixedKeys } from "../jsonSchema";
import type { AblationAxis, AblationLevel } from "./axis";
import { kebabCase, shortHash, valueSlug } from "./cellNames";

/**
 * A setting by its dotted path with the values it takes, each JSON or else a text. Whether the experiment accepts them is
 * found out when the cells are made.
 * @throws UserError for settings that cannot vary within an experiment
 */
export function settingAxis(path: string, values: readonly string[]): AblationAxis {
  if (!/^[A-Za-z$]\w*(\.\w+)*$/.test(path))
    throw new UserError(`"${path}" is no setting; write its dotted path, for example training.optimizer.learningRate.`);
  const [first = ""] = path.split(".");
  if (first === "seeds")
    throw new UserError('"seeds" is no axis: every cell is trained with each seed; choose the seeds.');
  if (fixedKeys.includes(first)) throw new UserError(`"${path}" belongs to the whole experiment and cannot be varied.`);
  if (values.length === 0) throw new UserError(`"${path}" needs values, for example ${path}=1,2.`);
  const parsed = values.map(parseValue);
  const slugs = parsed.map((value) => `${prefixOf(path)}-${valueSlug(value)}`);
  const levels = parsed.map((value, i): AblationLevel => {
    const slug = slugs[i] ?? "";
    const isAmbiguous = slugs.filter((other) => other === slug).length > 1;
    return {
      name: isAmbiguous ? `${slug}-${shortHash(JSON.stringify(value))}` : slug,
      value: values[i] ?? "",
      overrides: { [path]: value },
    };
  });
  return { name: path, levels };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The words of the path that tell most: its last key (of `loss.name` the one before), with the side in front. */
function prefixOf(path: string): string {
  const keys = path.split(".");
  const last = keys.at(-1) === "name" && keys.length > 1 ? keys.at(-2) : keys.at(-1);
  const side = keys.length > 1 && (keys[0] === "image" || keys[0] === "text") ? `${keys[0]}-` : "";
  return `${side}${kebabCase(last ?? "")}`;
}
