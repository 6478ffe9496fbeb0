import { UserError } from "../errors";

/** Whatever computes values from values. */
interface Computation {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * Nodes in an order in which every input is computed before it is used: the file's own order when that is such a one.
 * @throws UserError when a value is computed twice, never, or from itself.
 */
export function sortNodes<T extends Computation>(
  nodes: readonly T[],
  given: readonly string[],
  label: string,
): readonly T[] {
  const producers = producersOf(nodes, new Set(given), label);
  const consumers = new Map<T, T[]>();
  const waiting = new Map<T, number>();
  let inOrder = true;
  const seen = new Set<T>();
  for (const node of nodes) {
    let count = 0;
    for (const name of node.inputs) {
      const producer = name === "" ? undefined : producers.get(name);
      if (producer === undefined && name !== "" && !producers.has(name))
        throw new UserError(`${label}: value "${name}" is used but never computed; export it again.`);
      if (!producer) continue;
      if (!seen.has(producer)) inOrder = false;
      const list = consumers.get(producer);
      if (list) list.push(node);
      else consumers.set(producer, [node]);
      count++;
    }
    waiting.set(node, count);
    seen.add(node);
  }
  if (inOrder) return nodes;
  const sorted = nodes.filter((node) => waiting.get(node) === 0);
  // The list grows while it is read: a node joins when its last input has been computed.
  for (const node of sorted) {
    for (const consumer of consumers.get(node) ?? []) {
      const left = (waiting.get(consumer) ?? 0) - 1;
      waiting.set(consumer, left);
      if (left === 0) sorted.push(consumer);
    }
  }
  const stuck = nodes.find((node) => (waiting.get(node) ?? 0) > 0);
  if (stuck) throw new UserError(`${label}: node "${stuck.name}" depends on itself; export it again.`);
  return sorted;
}

/** Who computes each value; undefined for inputs and initializers. */
function producersOf<T extends Computation>(
  nodes: readonly T[],
  given: ReadonlySet<string>,
  label: string,
): Map<string, T | undefined> {
  const producers = new Map<string, T | undefined>();
  for (const name of given) producers.set(name, undefined);
  for (const node of nodes) {
    for (const name of node.outputs) {
      if (name === "") continue;
      if (producers.has(name)) throw new UserError(`${label}: value "${name}" is defined twice; export it again.`);
      producers.set(name, node);
    }
  }
  return producers;
}
