import { UserError } from "../errors";
import { nearestWord } from "../experiment/nearestWord";
import type { Graph, NamedValue } from "../graph/graph";
import { removeDeadCode } from "../graph/graphBuilder";
import { findHiddenStates } from "./hiddenStates";

/**
 * Names of the tapped values, low to high.
 *
 * @param wanted names of values of the graph, or indices into its hidden states; all hidden states by default
 * @param label how messages call the model
 * @throws UserError when a value or index does not exist, or no hidden states are found
 */
export function resolveTaps(graph: Graph, wanted: readonly (string | number)[] | undefined, label: string): string[] {
  const needsSearch = wanted === undefined || wanted.some((tap) => typeof tap === "number");
  if (needsSearch) checkWhole(graph);
  const found = needsSearch ? findHiddenStates(graph).map(({ value }) => value) : [];
  if (needsSearch && found.length === 0)
    throw new UserError(
      `No hidden states were found in "${label}" by themselves; list the names of the values to tap under "hiddenStates".`,
    );
  const taps = wanted === undefined ? found : wanted.map((tap) => resolveTap(graph, tap, found, label));
  const twice = taps.find((tap, index) => taps.indexOf(tap) !== index);
  if (twice !== undefined)
    throw new UserError(`"hiddenStates" lists the value "${twice}" of "${label}" twice; name it once.`);
  const constant = taps.find((tap) => keepOutputs(graph, [tap]).inputs.length === 0);
  if (constant !== undefined)
    throw new UserError(
      `"hiddenStates" of "${label}": the value "${constant}" depends on no input; "unipt inspect" lists suitable ones.`,
    );
  return taps;
}

/** What is found in a part that ends somewhere within a network are not all of its hidden states. @throws UserError */
function checkWhole({ missing }: Graph): void {
  const [reason] = missing?.reasonOf.values() ?? [];
  if (missing && !missing.keepsOutput && reason !== undefined)
    throw new UserError(`${reason} To use what comes before it, list the values to tap by name under "hiddenStates".`);
}

function resolveTap(graph: Graph, tap: string | number, found: readonly string[], label: string): string {
  if (typeof tap === "number") {
    const value = found[tap];
    if (value === undefined)
      throw new UserError(
        `"${label}" has ${found.length} hidden states; "hiddenStates" asks for ${tap}, use 0 to ${found.length - 1}.`,
      );
    return value;
  }
  return resolveValue(graph, tap, label);
}

/**
 * Names of values of the graph, checked.
 * @param label how messages call the model
 * @throws UserError when a value does not exist or depends on no input
 */
export function resolveValues(graph: Graph, names: readonly string[], label: string): readonly string[] {
  for (const name of names) {
    resolveValue(graph, name, label);
    if (keepOutputs(graph, [name]).inputs.length === 0)
      throw new UserError(
        `The value "${name}" of "${label}" depends on no input; "unipt inspect" lists suitable ones.`,
      );
  }
  return names;
}

function resolveValue(graph: Graph, tap: string, label: string): string {
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  if (computed.has(tap)) return tap;
  const reason = graph.missing?.reasonOf.get(tap);
  if (reason !== undefined) throw new UserError(`${reason} The value "${tap}" depends on it.`);
  const nearest = nearestWord(tap, [...computed]);
  throw new UserError(
    `"${label}" computes no value "${tap}"${nearest === undefined ? "" : ` (did you mean "${nearest}"?)`}; ` +
      '"unipt inspect" lists its hidden states.',
  );
}

/** The graph with only these values as outputs, and only the nodes and inputs that they depend on. */
export function keepOutputs(graph: Graph, values: readonly string[]): Graph {
  const outputs = values.map((name): NamedValue => {
    const type = graph.types.get(name);
    if (!type) throw new Error(`keepOutputs: "${graph.name}" has no value "${name}".`);
    return { name, ...type };
  });
  const kept = removeDeadCode({ ...graph, outputs });
  const read = new Set(kept.nodes.flatMap(({ inputs }) => inputs));
  return { ...kept, inputs: kept.inputs.filter(({ name }) => read.has(name) || values.includes(name)) };
}
