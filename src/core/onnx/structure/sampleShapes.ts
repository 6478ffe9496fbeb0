import { UserError } from "../../errors";
import type { Dimension, Graph, NamedValue } from "../../graph/graph";
import { specialize } from "../../graph/specialize";

/** What an axis of an input counts; free axes of one role usually have to agree. */
export type AxisRole = "batch" | "channels" | "sequence" | "height" | "width" | "frames";

/** Sizes tried for free axes, until the graph accepts one: positions are bounded, images often have a size built in. */
const trialSizes: Readonly<Record<AxisRole, readonly number[]>> = {
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
  /** The free axes of the inputs and the sizes they were given. */
  readonly axes: readonly FreeAxis[];
  /** The same graph with one free axis (or several that must agree) larger by a step, by the axis' name. */
  readonly variations: readonly Variation[];
}

export interface FreeAxis {
  readonly name: string;
  readonly role: AxisRole;
  readonly size: number;
}

export interface Variation {
  readonly symbol: string;
  readonly role: AxisRole;
  readonly size: number;
  readonly variedSize: number;
  readonly graph: Graph;
}

/**
 * Fixes the free axes of a decoded graph at small sizes that it accepts.
 * @param wanted sizes of free axes by name, which are not tried but taken
 * @throws UserError when no tried size fits.
 */
export function sampleGraph(graph: Graph, wanted: Readonly<Record<string, number>> = {}): Sample {
  const roles = symbolRoles(graph.inputs);
  const isFree = [...roles.keys()].some((symbol) => !Object.hasOwn(wanted, symbol));
  const builtIn = builtInSizes(graph);
  const trials = trialSizes.height.length + builtIn.sequence.length + builtIn.image.length;
  let firstError: UserError | undefined;
  for (let attempt = 0; attempt < trials; attempt++) {
    const sizes = new Map(
      [...roles].map(([symbol, role]) => {
        const own = Object.hasOwn(wanted, symbol) ? wanted[symbol] : undefined;
        return [symbol, own ?? sizeAt(role, attempt, builtIn)];
      }),
    );
    const fixed = trySpecialize(graph, sizes);
    if (!(fixed instanceof UserError)) {
      const axes = [...roles].map(([name, role]) => ({ name, role, size: sizes.get(name) ?? 1 }));
      return { graph: fixed, axes, variations: vary(graph, roles, sizes) };
    }
    firstError ??= fixed;
    if (!isFree) break;
  }
  throw firstError ?? new Error("no trial sizes");
}

function sizeAt(role: AxisRole, attempt: number, builtIn: BuiltInSizes): number {
  const own = role === "sequence" ? builtIn.sequence : role === "height" || role === "width" ? builtIn.image : [];
  const sizes = [...trialSizes[role], ...own];
  return sizes[Math.min(attempt, sizes.length - 1)] ?? 1;
}

interface BuiltInSizes {
  readonly sequence: readonly number[];
  readonly image: readonly number[];
}

/** Tables of this many rows or fewer may be positions; more are vocabularies. */
const MAX_POSITIONS = 4096;
const MAX_BUILT_IN_SIZES = 12;

/**
 * Sizes that weights suggest when an axis is free by name only: rows of position tables, and the image sides that patches of
 * the first convolution's size turn into as many rows (with up to two extra tokens).
 */
function builtInSizes(graph: Graph): BuiltInSizes {
  const shapes = [...graph.initializers.values()].map(({ shape }) => shape);
  const tables = shapes.filter(({ length }) => length === 2 || length === 3).map((shape) => shape.at(-2) ?? 0);
  const rows = [...new Set(tables)].filter((count) => count > 1 && count <= MAX_POSITIONS);
  const patch = shapes.find((shape) => shape.length === 4 && shape[1] === 3)?.[2] ?? 0;
  const sides = rows.flatMap((count) => [0, 1, 2].map((extra) => patch * Math.sqrt(count - extra)));
  const image = [...new Set(sides)].filter((side) => side > 0 && Number.isInteger(side));
  return { sequence: rows.slice(0, MAX_BUILT_IN_SIZES), image: image.slice(0, MAX_BUILT_IN_SIZES) };
}

/** Changes each free axis alone, or together with the others of its role where it cannot change alone. */
function vary(graph: Graph, roles: ReadonlyMap<string, AxisRole>, sizes: ReadonlyMap<string, number>): Variation[] {
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

function symbolRoles(inputs: readonly NamedValue[]): Map<string, AxisRole> {
  const roles = new Map<string, AxisRole>();
  for (const input of inputs)
    input.shape?.forEach((size, axis) => {
      if (typeof size === "string" && !roles.has(size)) roles.set(size, roleOf(input, axis));
    });
  return roles;
}

function roleOf({ shape = [] }: NamedValue, axis: number): AxisRole {
  if (axis === 0) return "batch";
  if (shape.length <= 3) return "sequence";
  const images: readonly AxisRole[] = shape.length === 4 ? ["batch", "channels"] : ["batch", "frames", "channels"];
  // Channels last: three numbers at the end of a four-dimensional input.
  if (shape.length === 4 && typeof shape[3] === "number" && shape[3] <= 4) return axis === 1 ? "height" : "width";
  return images[axis] ?? (axis === shape.length - 2 ? "height" : "width");
}
