import { gradients } from "../autodiff/gradients";
import type { Value } from "../graph/graphBuilder";
import { OpBuilder } from "../graph/opBuilder";
import { clipScale, gradientNorm } from "../nn/gradientNorm";
import { ModelContext, type ModelScope } from "../nn/modelContext";
import { allowsBundles, decaysWeight, optimizerUpdate, type OptimizerConfig } from "../nn/optimizers/optimizer";
import { learningRateFactor } from "../nn/optimizers/parameterGroups";
import { scheduleFactor, type ScheduleConfig, type TrainingLength } from "../nn/schedules";
import { accumulateGradients } from "./accumulation";
import { followState } from "./followState";
import { bundleParameters } from "./parameterBundles";
import { recomputeActivations } from "./recomputeActivations";
import type { StateLink, StepGraph } from "./stepGraph";

/** Scope of the nodes that update the parameters. */
export const OPTIMIZER_SCOPE = "optimizer";

export interface StepOptions {
  readonly optimizer: OptimizerConfig;
  readonly schedule: ScheduleConfig;
  /** What the schedule is stretched over. */
  readonly length: TrainingLength;
  /** Largest global norm of the gradient; longer ones are scaled down to it. */
  readonly gradientClip?: number | undefined;
  /** Steps whose gradients are averaged into one update; `length` counts these steps, schedule and optimizer the updates. */
  readonly accumulate?: number | undefined;
  /** Keep a running average of all trained state, see {@link followState}; off by default. */
  readonly averageDecay?: number | undefined;
  /** Leave the norm out of the reports (one pass over every gradient less); ignored when clipping needs it. */
  readonly skipGradientNorm?: boolean | undefined;
  readonly name?: string | undefined;
}

export interface StepForward {
  /** What is minimised: a float of one element. */
  readonly loss: Value;
  /** Values to see after each step, by output name. */
  readonly reports: Readonly<Record<string, Value>>;
  /** Values from which inputs of the loss are found outside the graph, on the parameters as they are before the step. */
  readonly assignment?: Readonly<Record<string, Value>> | undefined;
}

/**
 * Builds one optimizer update as one graph: forward, backward, clipping, schedule and optimizer.
 *
 * `build` declares the data inputs on `scope.g` and everything trainable through the scope. The `step` input counts the
 * updates done before this one (int64; losses that change while training read it); every scalar that depends on it alone is computed once, in double precision.
 */
export function buildStepGraph(
  build: (scope: ModelScope, step: Value) => StepForward,
  options: StepOptions,
): StepGraph {
  const g = new OpBuilder(options.name ?? "step");
  const context = new ModelContext(g, "train");
  const step = g.input("step", "int64", []);
  const { loss, reports, assignment } = build(context.root, step);

  const parameters = context.parameters.map(({ name }) => existing(g, name));
  const derivatives = gradients(g, loss, parameters);
  const outputs: Record<string, Value> = { loss: g.reshape(loss, []), ...reports };
  const state: StateLink[] = [];
  const link = (kind: StateLink["kind"], input: string, next: Value, follows?: string): void => {
    const output = `${input}.next`;
    g.output(output, next);
    state.push({ input, output, kind, ...(follows !== undefined && { follows }) });
  };

  g.scoped(OPTIMIZER_SCOPE, () => {
    const bundles = bundleParameters(
      g,
      context.parameters.map(({ name }, index) => ({
        name,
        parameter: parameters[index] as Value,
        gradient: derivatives[index] as Value,
        decays: decaysWeight(options.optimizer, name),
        learningRateFactor: learningRateFactor(options.optimizer.groups, name),
      })),
      allowsBundles(options.optimizer) ? undefined : 0,
    );
    const { accumulate = 1, length } = options;
    const accumulation = accumulate > 1 ? accumulateGradients(g, bundles.targets, step, accumulate) : undefined;
    const { targets } = accumulation ?? bundles;
    const updatesDone = accumulation?.updatesDone ?? g.cast(step, "float64");
    const updateLength = {
      stepsPerEpoch: length.stepsPerEpoch / accumulate,
      totalSteps: Math.max(1, Math.floor(length.totalSteps / accumulate)),
    };
    const factor = scheduleFactor(g, options.schedule, updateLength, updatesDone);
    const learningRate = g.mul(factor, g.scalar(options.optimizer.learningRate, "float64"));
    outputs["learningRate"] = g.cast(learningRate, "float32");
    let gradientScale: Value | undefined;
    if (options.gradientClip !== undefined || !options.skipGradientNorm) {
      const norm = gradientNorm(
        g,
        targets.map(({ gradient }) => gradient),
      );
      outputs["gradientNorm"] = norm;
      if (options.gradientClip !== undefined) gradientScale = clipScale(g, norm, options.gradientClip);
    }
    const update = optimizerUpdate(
      {
        g,
        targets,
        learningRate,
        updateCount: g.add(updatesDone, g.scalar(1, "float64")),
        gradientScale,
      },
      options.optimizer,
    );
    const { parameters: next, moments } = accumulation?.apply(update) ?? update;
    const trained = bundles.split(next);
    for (const [name, value] of trained) link("parameter", name, value);
    for (const moment of moments) link("moment", moment.input.name, moment.next);
    if (options.averageDecay === undefined) return;
    const nextValues = [...trained, ...context.nextBuffers];
    for (const { name, average, next } of followState(g, nextValues, options.averageDecay, accumulation?.isLast))
      link("average", average, next, name);
  });

  for (const { name, next } of context.buffers)
    if (next !== undefined) state.push({ input: name, output: next, kind: "buffer" });
  for (const [name, value] of Object.entries(outputs)) g.output(name, value);
  return {
    graph: recomputeActivations(g.build()),
    parameters: context.parameters,
    buffers: context.buffers,
    randomInputs: context.randomInputs,
    state,
    reports: Object.keys(outputs),
    ...(assignment && { assignment: g.cut(assignment) }),
  };
}

function existing(g: OpBuilder, name: string): Value {
  const value = g.value(name);
  if (!value) throw new Error(`Parameter "${name}" is no value of the graph.`);
  return value;
}
