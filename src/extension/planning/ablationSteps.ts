import * as vscode from "vscode";
import type { AblationBase } from "../../core/experiment/ablation/ablationBase";
import type { AxisRequest, TappedStates } from "../../core/experiment/ablation/axis";
import type { SideName } from "../../core/experiment/sides";
import { offeredAxes, resolveAxes } from "../../core/experiment/ablation/axes";
import { parseSetting, splitValues } from "../../core/experiment/ablation/parseAxis";
import { type AblationPlan, planAblation } from "../../core/experiment/ablation/planAblation";
import { parseSeedList } from "../../core/experiment/seedList";
import { sideName } from "./sideName";
import { inputText, pickMany, pickOne } from "../wizard/questions";
import { back, type Step } from "../wizard/runWizard";

/** What the user has said so far. */
export interface AblationAnswers {
  /** Ids of axes, and {@link settingId}. */
  readonly axes: readonly string[];
  /** Values as typed, by the id of the axis. */
  readonly values: Readonly<Record<string, string>>;
  readonly isGrid: boolean;
  readonly seeds: readonly number[];
}

const settingId = "setting";

interface OfferedAxis {
  readonly id: string;
  readonly name: string;
  readonly side?: SideName | undefined;
  readonly title: string;
  readonly description: string;
}

/**
 * The questions of an ablation, for an experiment whose hidden states are known.
 * @param suggested names of axes that are ticked to begin with
 */
export function ablationSteps(
  base: AblationBase,
  states: TappedStates,
  suggested: readonly string[],
): readonly Step<AblationAnswers>[] {
  const context = { config: base.config, states };
  const offered = offeredAxes(context).flatMap(({ axis, side, refusal }): OfferedAxis[] => {
    if (refusal !== undefined) return [];
    const { name } = axis;
    const title = vscode.l10n.t(axis.title);
    const description = vscode.l10n.t(axis.description);
    if (side === undefined) return [{ id: name, name, title, description }];
    return [{ id: `${side}.${name}`, name, side, title: `${title} (${sideName(side)})`, description }];
  });
  const ticked = offered.filter(({ name }) => suggested.includes(name)).map(({ id }) => id);
  return [
    {
      ask: async (answers, frame) => {
        const setting = vscode.l10n.t("A setting by its path…");
        const picked = await pickMany(frame, {
          placeholder: vscode.l10n.t("What to vary; what does not suit this experiment is left out"),
          selected: answers.axes.length > 0 ? answers.axes : ticked,
          choices: [
            ...offered.map(({ id, title, description }) => ({ value: id, label: title, detail: description })),
            { value: settingId, label: setting, detail: "training.optimizer.learningRate=0.001,0.002" },
          ],
        });
        return picked === undefined || picked === back ? picked : { ...answers, axes: picked };
      },
    },
    ...offered.map((axis) => valueStep(axis, base, states)),
    settingStep(base, states),
    {
      applies: ({ axes }) => axes.length > 1,
      ask: async (answers, frame) => {
        const isGrid = await pickOne(frame, {
          placeholder: vscode.l10n.t("How the axes are combined"),
          active: answers.isGrid,
          choices: [
            {
              value: false,
              label: vscode.l10n.t("One at a time"),
              detail: vscode.l10n.t("Each value against the base"),
            },
            { value: true, label: vscode.l10n.t("Grid"), detail: vscode.l10n.t("Every combination of values") },
          ],
        });
        return isGrid === undefined || isGrid === back ? isGrid : { ...answers, isGrid };
      },
    },
    {
      ask: async (answers, frame) => {
        const text = await inputText(frame, {
          prompt: vscode.l10n.t("How many seeds, or the seeds themselves: “5”, “0, 3, 7” or “0-9”"),
          value: `${answers.seeds.join(", ")}${answers.seeds.length === 1 ? "," : ""}`,
          validate: (typed) => sentenceOf(() => planOf(base, states, { ...answers, seeds: parseSeedList(typed) })),
        });
        return text === undefined || text === back ? text : { ...answers, seeds: parseSeedList(text) };
      },
    },
  ];
}

function valueStep(axis: OfferedAxis, base: AblationBase, states: TappedStates): Step<AblationAnswers> {
  const request = (typed: string): AxisRequest => requestOf(axis, typed);
  const context = { config: base.config, states };
  const levels = resolveAxes(context, [request("")]).flatMap((resolved) => resolved.levels.map(({ value }) => value));
  return {
    applies: ({ axes }) => axes.includes(axis.id),
    ask: async (answers, frame) => {
      const text = await inputText(frame, {
        prompt: `${axis.title}: ${axis.description} ${vscode.l10n.t("Empty: those that suit.")}`,
        placeholder: levels.join(", "),
        value: answers.values[axis.id] ?? "",
        validate: (typed) => sentenceOf(() => resolveAxes(context, [request(typed)])),
      });
      if (text === undefined || text === back) return text;
      return { ...answers, values: { ...answers.values, [axis.id]: text } };
    },
  };
}

function settingStep(base: AblationBase, states: TappedStates): Step<AblationAnswers> {
  return {
    applies: ({ axes }) => axes.includes(settingId),
    ask: async (answers, frame) => {
      const text = await inputText(frame, {
        prompt: vscode.l10n.t("The path of a setting and its values"),
        placeholder: "training.optimizer.learningRate=0.001,0.002",
        value: answers.values[settingId] ?? "",
        validate: (typed) => sentenceOf(() => planAblation({ base, states, axes: [parseSetting(typed)] })),
      });
      if (text === undefined || text === back) return text;
      return { ...answers, values: { ...answers.values, [settingId]: text } };
    },
  };
}

function requestOf({ name, side }: OfferedAxis, typed: string): AxisRequest {
  const values = splitValues(typed);
  return { kind: "named", name, side, ...(values.length > 0 && { values }) };
}

/** The cells and runs that the answers ask for. @throws UserError when they do not fit together */
export function planOf(base: AblationBase, states: TappedStates, answers: AblationAnswers): AblationPlan {
  const axes = answers.axes.map((id): AxisRequest => {
    const typed = answers.values[id] ?? "";
    if (id === settingId) return parseSetting(typed);
    const [side, name] = id.includes(".") ? (id.split(".") as [SideName, string]) : [undefined, id];
    const values = splitValues(typed);
    return { kind: "named", name, side, ...(values.length > 0 && { values }) };
  });
  return planAblation({ base, states, axes, isGrid: answers.isGrid, seeds: answers.seeds });
}

/** What is wrong, as a sentence; undefined when nothing is. */
function sentenceOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
