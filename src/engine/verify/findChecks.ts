import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../core/errors";

/** One thing to verify; `kind` says how, `files` what it reads. */
export type Check =
  | { readonly kind: "golden"; readonly label: string; readonly stem: string; readonly golden: string }
  | { readonly kind: "hiddenStates"; readonly label: string; readonly model: string; readonly reference: string }
  | { readonly kind: "gradients"; readonly label: string; readonly model: string; readonly reference: string }
  | { readonly kind: "tokenizer"; readonly label: string; readonly tokenizer: string; readonly reference: string }
  | { readonly kind: "preprocessing"; readonly label: string; readonly picture: string }
  | { readonly kind: "impossible"; readonly label: string; readonly reason: string };

/** Files that only describe or serve others. */
const noCheck = [/^readme/i, /\.md$/, /^meta\.json$/, /-tokenizer\.json$/, /^\./];

/**
 * The checks that folders of reference files ask for, by file names; folders within are searched too. Every file belongs to
 * a check, is known to need none, or is an impossible check, so that nothing is passed over in silence.
 * @throws UserError when a folder cannot be read
 */
export async function findChecks(directories: readonly string[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const directory of directories) {
    const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
      throw new UserError(`"${directory}" is not a folder that can be read; give a folder of reference files.`, {
        cause,
      });
    });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    checks.push(...checksAmong(directory, names.toSorted()));
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
    checks.push(...(await findChecks(folders.toSorted())));
  }
  return checks;
}

function checksAmong(directory: string, names: readonly string[]): Check[] {
  const present = new Set(names);
  const path = (name: string): string => join(directory, name);
  return names.flatMap((name): Check[] => {
    if (noCheck.some((pattern) => pattern.test(name))) return [];
    const label = name;
    const impossible = (reason: string): Check[] => [{ kind: "impossible", label, reason }];
    if (name.endsWith(".onnx")) {
      const reference = referenceOf(name, present);
      return reference === undefined
        ? []
        : [{ kind: "hiddenStates", label, model: path(name), reference: path(reference) }];
    }
    if (name.endsWith(".reference.json"))
      return names.some((model) => model.endsWith(".onnx") && referenceOf(model, present) === name)
        ? []
        : impossible("there is no model of this name beside it");
    if (name.endsWith(".gradients.json")) {
      const model = name.replace(/\.gradients\.json$/, ".onnx");
      return present.has(model)
        ? [{ kind: "gradients", label, model: path(model), reference: path(name) }]
        : impossible(`there is no ${model} beside it`);
    }
    if (name.endsWith(".lora.json")) return impossible("LoRA is not supported yet");
    if (name.endsWith("-ids.json")) {
      const tokenizer = name.replace(/-ids\.json$/, "-tokenizer.json");
      return present.has(tokenizer)
        ? [{ kind: "tokenizer", label, tokenizer: path(tokenizer), reference: path(name) }]
        : impossible(`there is no ${tokenizer} beside it`);
    }
    if (name.endsWith(".png")) return [{ kind: "preprocessing", label, picture: path(name) }];
    if (name.endsWith(".json"))
      return [{ kind: "golden", label, stem: name.slice(0, -".json".length), golden: path(name) }];
    return impossible("files of this kind cannot be checked");
  });
}

/** `<name>.<exporter>.onnx` belongs to `<name>.reference.json`. */
function referenceOf(model: string, present: ReadonlySet<string>): string | undefined {
  const stem = model.slice(0, -".onnx".length);
  const candidates = [stem, stem.replace(/\.[^.]*$/, "")].map((name) => `${name}.reference.json`);
  return candidates.find((candidate) => present.has(candidate));
}
