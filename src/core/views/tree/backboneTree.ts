import { fill, formatter } from "../format";
import type { PlainRow } from "./treeRow";

/** Every text of the rows of a backbone in English; the host puts the user's language in their place. */
export const englishBackboneLabels = {
  input: "input {0}",
  hiddenState: "hidden state {0}",
  parameters: "Parameters",
  noHiddenStates: "No hidden states were found; tap values by name.",
} as const;

export type BackboneLabels = Readonly<Record<keyof typeof englishBackboneLabels, string>>;

/** What the engine says of a model file, as far as the view shows it. */
export interface BackboneReport {
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly (string | number)[];
  }[];
  readonly hiddenStates: readonly {
    readonly index: number;
    readonly value: string;
    readonly shape: readonly (string | number)[];
  }[];
  readonly parameters: number;
}

/** Rows below a backbone: its inputs, then what can be tapped, low to high. @param id of the backbone's own row */
export function backboneRows(
  id: string,
  { inputs, hiddenStates, parameters }: BackboneReport,
  labels: BackboneLabels,
  locale: string,
): readonly PlainRow[] {
  const row = (key: string, label: string, description: string, icon: string, contextValue: string): PlainRow => ({
    id: `${id}:${key}`,
    label,
    description,
    icon: { name: icon },
    contextValue,
    spoken: `${label}, ${description}`,
    children: [],
  });
  return [
    row("parameters", labels.parameters, formatter(locale).integer(parameters), "symbol-numeric", "fact"),
    ...inputs.map(({ name, dtype, shape }) => ({
      ...row(`input:${name}`, name, `${dtype} ${shapeText(shape)}`, "symbol-parameter", "fact"),
      spoken: fill(labels.input, `${name}, ${dtype} ${shapeText(shape)}`),
    })),
    ...hiddenStates.map(({ index, value, shape }) => ({
      ...row(`state:${index}`, `${index} · ${shortName(value)}`, shapeText(shape), "layers", "hiddenState"),
      spoken: fill(labels.hiddenState, `${index}, ${value}, ${shapeText(shape)}`),
      hover: `${value} ${shapeText(shape)}`,
    })),
    ...(hiddenStates.length === 0
      ? [{ ...row("none", labels.noHiddenStates, "", "info", "fact"), spoken: labels.noHiddenStates }]
      : []),
  ];
}

/** The row that stands below a backbone that cannot be read. */
export function faultRow(id: string, message: string): PlainRow {
  return {
    id: `${id}:fault`,
    label: message,
    description: "",
    icon: { name: "error", color: "list.errorForeground" },
    contextValue: "fault",
    spoken: message,
    hover: message,
    children: [],
  };
}

function shapeText(shape: readonly (string | number)[]): string {
  return `[${shape.join(", ")}]`;
}

/** The last two parts of a value's path: enough to tell the layers of one backbone apart. */
function shortName(value: string): string {
  return value.split("/").slice(-2).join("/");
}
