import { UserError } from "../../errors";
import type { Dimension, Graph, NamedValue } from "../../graph/graph";
import { specialize } from "../../graph/specialize";

/** What an axis of an input counts; free axes of one role usually have to agree. */
type Role = "batch" | "channels" | "sequence" | "height" | "width" | "frames";

/** Sizes tried for free axes, until the graph accepts one: positions are bounded, images often have a size built in. */
const trialSizes: Readonly<Record<Role, readonly number[]>> = {
  batch: [2],
  channels: [3],
  frames: [4, 8, 16],
  sequence: [8, 16, 32, 77, 64, 128],
  height: [224, 256, 384, 336, 518, 512, 448, 64, 32],
  width: [224, 256, 384, 336, 518, 512, 448, 64, 32],
};

/** A graph with all sizes fixed, and how its sizes depend on the free axes of the inputs. */
export interface Sample {
  readonly graph: Graph;
  /** The same graph with one free axis (or several that must agree) larger by a step, by the axis' name. */
  readonly variations: readonly Variation[];
}

export interface Variation {
  readonly symbol: string;
  readonly role: Role;
  readonly size: number;
  readonly variedSize: number;
  readonly graph: Graph;
}

/**
 * Fixes the free axes of a decoded graph at small sizes that it accepts.
 * @throws UserError when no tried size fits.
 */
export function sampleGraph(graph: Graph): Sample {
  const roles = symbolRoles(graph.inputs);
  let firstError: UserError | undefined;
  for (let attempt = 0; attempt < trialSizes.height.length; attempt++) {
    const sizes = new Map([...roles].map(([symbol, role]) => [symbol, sizeAt(role, attempt)]));
    const fixed = trySpecialize(graph, sizes);
    if (!(fixed instanceof UserError)) return { graph: fixed, variations: vary(graph, roles, sizes) };
    firstError ??= fixed;
    if (roles.size === 0) break;
  }
  throw firstError ?? new Error("no trial sizes");
}

function sizeAt(role: Role, attempt: number): number {
  const sizes = trialSizes[role];
  return sizes[Math.min(attempt, sizes.length - 1)] ?? 1;
}

/** Changes each free axis alone, or together with the others of its role where it cannot change alone. */
function vary(graph: Graph, roles: ReadonlyMap<string, Role>, sizes: ReadonlyMap<string, number>): Variation[] {
  const variations: Variation[] = [];
  const done = new Set<string>();
  for (const [symbol, role] of roles) {
    if (done.has(symbol)) continue;
    const size = sizes.get(symbol) ?? 1;
    const step = role === "height" || role === "width" ? size : 1;
    const together = [...roles].filter(([, other]) => other === role).map(([name]) => name);
    for (const group of [[symbol], together]) {
      const varied = trySpecialize(graph, new Map([...sizes, ...group.map((name) => [name, size + step] as const)]));
      if (varied instanceof UserError) continue;
      variations.push({ symbol, role, size, variedSize: size + step, graph: varied });
      for (const name of group) done.add(name);
      break;
    }
  }
  return variations;
}

function trySpecialize(graph: Graph, sizes: ReadonlyMap<string, number>): Graph | UserError {
  const fix = (size: Dimension): number => (typeof size === "number" ? size : (sizes.get(size) ?? 1));
  try {
    const shapes = graph.inputs.map(({ name, shape }) => [name, (shape ?? []).map(fix)]);
    return specialize(graph, Object.fromEntries(shapes) as Record<string, number[]>);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function symbolRoles(inputs: readonly NamedValue[]): Map<string, Role> {
  const roles = new Map<string, Role>();
  for (const input of inputs)
    input.shape?.forEach((size, axis) => {
      if (typeof size === "string" && !roles.has(size)) roles.set(size, roleOf(input, axis));
    });
  return roles;
}

function roleOf({ shape = [] }: NamedValue, axis: number): Role {
  if (axis === 0) return "batch";
  if (shape.length <= 3) return "sequence";
  const images: readonly Role[] = shape.length === 4 ? ["batch", "channels"] : ["batch", "frames", "channels"];
  // Channels last: three numbers at the end of a four-dimensional input.
  if (shape.length === 4 && typeof shape[3] === "number" && shape[3] <= 4) return axis === 1 ? "height" : "width";
  return images[axis] ?? (axis === shape.length - 2 ? "height" : "width");
}
