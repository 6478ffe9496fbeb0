import type { Split } from "../../src/core/experiment/runEvent";
import type { ComparisonColumn } from "../../src/core/views/comparison/comparisonTable";
import type { ExportTexts } from "../../src/core/views/comparison/comparisonExport";
import { metricLabel } from "../../src/core/views/metricGroups";
import type { Ui } from "../shared/ui";

const splitLabels = { train: "trainSplit", val: "valSplit", test: "testSplit" } as const;

export function splitText({ texts: { label } }: Ui, split: Split): string {
  return label(splitLabels[split]);
}

/** The words of a comparison. @param baseline what the group is called that others are compared with */
export function comparisonTexts(ui: Ui, split: Split, baseline: string | undefined): ExportTexts {
  const { label } = ui.texts;
  const note = label("tableNote", splitText(ui, split));
  return {
    name: label("variantColumn"),
    varies: label("varies"),
    note: baseline === undefined ? note : `${note} ${label("baselineNote")}`,
    column: (column) => columnText(ui, column, baseline ?? ""),
  };
}

function columnText({ texts: { label } }: Ui, { kind, name }: ComparisonColumn, baseline: string): string {
  switch (kind) {
    case "setting":
    case "circumstance":
      return name;
    case "count":
      return label("seedsColumn");
    case "metric":
      return metricLabel(name);
    case "interval":
      return label("intervalColumn", metricLabel(name));
    case "difference":
      return label("differenceColumn", metricLabel(name), baseline);
    case "pValue":
      return label("pColumn");
    case "params":
      return label("trainableParams");
    case "bytes":
      if (name === "trainingBytes") return label("trainingBytesColumn");
      return label(name === "deviceBytes" ? "deviceBytesColumn" : "predictedBytesColumn");
    case "seconds":
      return label("runningTime");
  }
}
