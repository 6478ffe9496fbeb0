import { UserError } from "../../errors";
import { describeIssues } from "../describeIssue";
import type { ExperimentConfig } from "../experimentConfig";
import { ExperimentConfig as ExperimentSchema } from "../experimentConfig";
import { experimentJsonSchema } from "../jsonSchema";
import { applyOverrides } from "../overrides";
import type { RunPlan } from "../runPlan";
import { planRuns } from "../runPlan";
import type { AblationBase } from "./ablationBase";
import type { AblationAxis, AblationLevel, AxisRequest, TappedStates } from "./axis";
import { resolveAxes } from "./axes";
import { cellName, shortHash } from "./cellNames";
import { settingsKey } from "./sameSettings";

/** One combination of settings; it is trained once per seed. */
export interface AblationCell {
  /** Name of the variant. */
  readonly name: string;
  readonly config: ExperimentConfig;
  /** What differs from the base, by axis. Empty for the base. */
  readonly changes: Readonly<Record<string, string>>;
}

export interface AblationPlan {
  /** The base first, then cells that differ from it and from each other. */
  readonly cells: readonly [AblationCell, ...AblationCell[]];
  readonly axes: readonly AblationAxis[];
  /** Cells × seeds. */
  readonly plans: readonly RunPlan[];
  /** What was left out because it is there already, in sentences. */
  readonly notes: readonly string[];
}

export interface AblationRequest {
  readonly base: AblationBase;
  readonly axes: readonly AxisRequest[];
  readonly states: TappedStates;
  /** Every combination, instead of each level by itself. */
  readonly isGrid?: boolean | undefined;
  /** Instead of those of the file. */
  readonly seeds?: readonly number[] | undefined;
}

/** More combinations than these are a slip of the pen. */
const maxCells = 256;

interface Level extends AblationLevel {
  readonly axis: string;
}

/**
 * The cells of an ablation and the runs that they ask for. Names follow from the settings alone, so that the same ablation
 * finds its runs again, whatever else is varied beside.
 * @throws UserError when an axis does not suit the experiment, or the experiment does not accept a value
 */
export function planAblation({ base, axes: requests, states, isGrid = false, seeds }: AblationRequest): AblationPlan {
  if (requests.length === 0)
    throw new UserError("An ablation needs an axis, for example reduction-factor=2,4,8 or leave-one-layer-out.");
  const axes = resolveAxes({ config: base.config, states }, requests);
  const twice = axes.find(({ name }, i) => axes.findIndex((other) => other.name === name) !== i);
  if (twice) throw new UserError(`Axis "${twice.name}" is given twice; list its values together.`);
  const combinations = isGrid ? product(axes) : axes.flatMap((axis) => ofAxis(axis).map((level) => [level]));
  if (combinations.length > maxCells)
    throw new UserError(
      `These axes make ${combinations.length} cells; choose fewer values, ${maxCells} cells at most.`,
    );

  const notes: string[] = [];
  const taken = takenNames(base);
  const baseKey = settingsKey(base.config);
  const known = new Map([[baseKey, base.name]]);
  const cells: AblationCell[] = [{ name: base.name, config: base.config, changes: {} }];
  const isIdle = idleLevels(base, baseKey);
  for (const levels of combinations) {
    const config = settingsOf(base, levels);
    const key = settingsKey(config);
    const same = known.get(key);
    if (same !== undefined) {
      const what = levels.map(({ axis, value }) => `${axis} ${value}`).join(", ");
      notes.push(`${what}: the same settings as "${same}".`);
      continue;
    }
    const changed = levels.filter((level) => !isIdle(level));
    const name = freeName(cellName((changed.length > 0 ? changed : levels).map((level) => level.name)), key, taken);
    known.set(key, name);
    taken.set(name, key);
    cells.push({ name, config, changes: Object.fromEntries(changed.map(({ axis, value }) => [axis, value])) });
  }
  const [first, ...others] = cells;
  if (first === undefined || others.length === 0)
    throw new UserError(
      `These values are those of the base already, so there is nothing to compare; ${notes.join(" ")}`,
    );
  const seeded = cells.map((cell) => ({
    ...cell,
    config: { ...cell.config, seeds: [...new Set(seeds ?? base.config.seeds)] },
  }));
  const plans = planRuns(seeded.map(({ name, config }) => ({ name, config })));
  return { cells: seeded as [AblationCell, ...AblationCell[]], axes, plans, notes };
}

function ofAxis({ name, levels }: AblationAxis): readonly Level[] {
  return levels.map((level) => ({ ...level, axis: name }));
}

/** Tells the levels that alone leave the base as it is; one that is valid only together with others does not. */
function idleLevels(base: AblationBase, baseKey: string): (level: Level) => boolean {
  const known = new Map<string, boolean>();
  return (level) => {
    const id = `${level.axis} ${level.name}`;
    const idle = known.get(id) ?? keyOf(base, [level]) === baseKey;
    known.set(id, idle);
    return idle;
  };
}

/** Key of the settings with these levels; undefined when the experiment does not accept them. */
function keyOf(base: AblationBase, levels: readonly Level[]): string | undefined {
  const parsed = ExperimentSchema.safeParse(changedDocument(base, levels));
  return parsed.success ? settingsKey(parsed.data) : undefined;
}

/** Every combination of one level per axis; the last axis changes fastest. */
function product(axes: readonly AblationAxis[]): readonly (readonly Level[])[] {
  const count = axes.reduce((total, { levels }) => total * levels.length, 1);
  if (count > maxCells)
    throw new UserError(`This grid has ${count} cells; choose fewer values, ${maxCells} cells at most.`);
  return axes.reduce<readonly (readonly Level[])[]>(
    (rows, axis) => rows.flatMap((row) => ofAxis(axis).map((level) => [...row, level])),
    [[]],
  );
}

/** The settings with these levels. @throws UserError when the experiment does not accept them */
function settingsOf(base: AblationBase, levels: readonly Level[]): ExperimentConfig {
  const changed = changedDocument(base, levels);
  const parsed = ExperimentSchema.safeParse(changed, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [fault] = describeIssues(parsed.error.issues, changed, experimentJsonSchema());
  const axis = levels.map((level) => `"${level.axis}"`).join(" with ");
  throw new UserError(
    `Axis ${axis}: "${fault?.path.join(".") ?? ""}" ${fault?.text ?? "is wrong"}.`.replace(/([?.])\.$/, "$1"),
  );
}

function changedDocument({ document, overrides }: AblationBase, levels: readonly Level[]): unknown {
  return levels.reduce(
    (changed, level) => applyOverrides(changed, level.overrides),
    applyOverrides(document, overrides),
  );
}

/** Names of the file's variants, by which their runs go, with their settings. */
function takenNames({ name, variants, config }: AblationBase): Map<string, string> {
  return new Map([
    ...variants.map((variant) => [variant.name, settingsKey(variant.config)] as const),
    [name, settingsKey(config)],
  ]);
}

/** `name`, unless it stands for other settings. */
function freeName(name: string, key: string, taken: ReadonlyMap<string, string>): string {
  const owner = taken.get(name);
  return owner === undefined || owner === key ? name : `${name}-${shortHash(key)}`;
}
