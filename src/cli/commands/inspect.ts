import type { ExitCode } from "../exitCode";
import { formatCount, plural } from "../format";
import { renderTable } from "../table";

export interface InspectOptions {
  readonly model: string;
  readonly json?: boolean;
}

/** Lists a model's inputs and hidden states; nothing is run and no weights are read. */
export async function inspectCommand({ model, json = false }: InspectOptions): Promise<ExitCode> {
  const { inspectModel } = await import("../../engine/inspectModel");
  const report = await inspectModel(model);
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return 0;
  }
  const { inputs, hiddenStates, producer, opset, parameters, warnings } = report;
  const shapeText = (shape: readonly (number | string)[] | undefined): string => (shape ? shape.join(" × ") : "?");
  const text = [
    `${model}: ONNX, opset ${opset}${producer === "" ? "" : `, ${producer}`}, ${formatCount(parameters)} parameters`,
    "",
    renderTable(
      ["input", "type", "shape"],
      inputs.map(({ name, dtype, shape }) => [name, dtype, shapeText(shape)]),
    ),
    "",
    hiddenStates.length === 0
      ? "No hidden states were found by structure; name values of the graph in the experiment file's hiddenStates."
      : `${plural(hiddenStates.length, "hidden state")}, low to high:`,
    ...warnings.map(({ kind, message }) =>
      kind === "shapes" ? `Shapes are unknown: ${message}` : `Left out, with all that depends on it: ${message}`,
    ),
    ...(hiddenStates.length === 0
      ? []
      : [
          renderTable(
            ["index", "value", "layout", "shape"],
            hiddenStates.map(({ index, value, layout, shape }) => [String(index), value, layout, shapeText(shape)]),
          ),
        ]),
  ];
  process.stdout.write(`${text.join("\n")}\n`);
  return 0;
}
