import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunStanding } from "../../src/core/views/dashboardState";
import type { TreeNode, TreeRun } from "../../src/core/views/tree/experimentTree";
import { experimentNode } from "../../src/core/views/tree/experimentTree";
import { noFilter } from "../../src/core/views/tree/runFilter";
import { englishTreeLabels } from "../../src/core/views/tree/treeLabels";
import { namedVariants } from "../../src/extension/commands/namedVariants";
import { summaryOf } from "../store/fakeRun";

interface Entry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

const root = join(__dirname, "..", "..");
const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  contributes: { menus: Record<string, readonly Entry[]>; commands: readonly Entry[] };
};
const entries = contributes.menus["view/item/context"] ?? [];

/** Commands that the menus of the experiments view offer for a row, in a workspace that is trusted. */
function offered(viewItem: string, isInline: boolean): string[] {
  return entries
    .filter(({ when = "" }) => when.includes("unipt.experiments"))
    .filter(({ group = "" }) => group.startsWith("inline") === isInline)
    .filter(({ when = "" }) => {
      const [, pattern = ""] = /viewItem =~ \/(.*)\//.exec(when) ?? [];
      return new RegExp(pattern).test(viewItem);
    })
    .map(({ command }) => command.replace("unipt.", ""));
}

function rowOf(state: RunStanding, summary?: Partial<TreeRun["summary"]>): TreeNode {
  const run: TreeRun = {
    ...{ directory: "/w/runs/r", experiment: "e", variant: "v", seed: 0, attempt: 1, state },
    ...(summary && { summary: { ...summaryOf("completed", 6), ...summary } }),
  };
  const experiment = { id: "i", name: "e", hasFile: true, runs: [run], plans: [], problems: [], selector: "rSum" };
  const context = { progress: () => undefined, checked: new Set<string>(), filter: noFilter, locale: "en" };
  return experimentNode(experiment, { ...context, labels: englishTreeLabels })!.children[0]!.children[0]!;
}

const best = { epoch: 1, step: 1, metric: "rSum", value: 1, checkpoint: "c" };
const confidence = { split: "test", byModality: {} } as const;
const rows: Readonly<Record<RunStanding, TreeNode>> = {
  running: rowOf("running"),
  completed: rowOf("completed", { best, confidence }),
  "early-stopped": rowOf("early-stopped", { best }),
  cancelled: rowOf("cancelled", { best, confidence }),
  failed: rowOf("failed", {}),
  interrupted: rowOf("interrupted"),
  broken: rowOf("broken"),
};

describe("the menus of a run", () => {
  test("offer beside the row what is wanted most, three at most", () => {
    const inline = Object.fromEntries(
      Object.entries(rows).map(([state, { contextValue }]) => [state, offered(contextValue, true).join(" ")]),
    );
    expect(inline).toEqual({
      running: "stopRun inspectAggregationWeights openRunDashboard",
      completed: "inspectAggregationWeights openRunDashboard",
      "early-stopped": "openRunDashboard",
      cancelled: "resumeRun inspectAggregationWeights openRunDashboard",
      failed: "resumeRun openRunDashboard",
      interrupted: "resumeRun inspectAggregationWeights openRunDashboard",
      broken: "openRunDashboard",
    });
  });

  test("offer to delete any run but one that is running, and never beside the row", () => {
    for (const [state, { contextValue }] of Object.entries(rows)) {
      expect(offered(contextValue, false).includes("deleteRun"), state).toBe(state !== "running");
      expect(offered(contextValue, true)).not.toContain("deleteRun");
    }
  });

  test("offer to browse results only where there is a checkpoint to ask", () => {
    const withResults = Object.entries(rows).filter(([, { contextValue }]) =>
      offered(contextValue, false).includes("browseResults"),
    );
    expect(withResults.map(([state]) => state)).toEqual(["completed", "early-stopped", "cancelled"]);
  });

  test("a kill is offered only while there is something to kill", () => {
    expect(offered(rows.running.contextValue, false)).toContain("killRun");
    expect(offered(rows.interrupted.contextValue, false)).not.toContain("killRun");
  });
});

describe("the menus of a variant", () => {
  test("offer to train it while its file asks for it", () => {
    expect(offered("variant.empty.planned", true)).toEqual(["runExperiment"]);
    expect(offered("variant.runs.planned", false)).toEqual(["runExperiment", "runWithSeeds", "compareRuns"]);
    expect(offered("variant.runs", true)).toEqual([]);
  });

  test("train the variants of the rows, all that a lens says, and leave the choice where nothing is named", () => {
    const row = (variant: string) => ({ variants: [variant], resource: undefined });
    expect(namedVariants(row("unipt"))).toEqual(["unipt"]);
    expect(namedVariants(row("unipt"), [row("unipt"), row("all"), row("unipt")])).toEqual(["unipt", "all"]);
    expect(namedVariants({ path: "/a.unipt.json" }, { variants: "all" })).toBe("all");
    expect(namedVariants({ variants: undefined })).toBeUndefined();
    expect(namedVariants(undefined, undefined)).toBeUndefined();
    expect(namedVariants({ variants: [1, {}] })).toBeUndefined();
  });
});

describe("the palette", () => {
  const palette = new Map((contributes.menus["commandPalette"] ?? []).map(({ command, when }) => [command, when]));

  test("says of each command when it makes sense", () => {
    const always = ["unipt.openSampleExperiment", "unipt.showLog", "unipt.copyDiagnostics"];
    const open = contributes.commands.filter(({ command }) => !palette.has(command)).map(({ command }) => command);
    expect(open.sort()).toEqual(always.sort());
  });

  test("has no command that only a row can be the object of, nor one that destroys", () => {
    for (const command of ["deleteRun", "revealRun", "copyRunConfig", "openExperimentFile", "copyBackbonePath"]) {
      expect(palette.get(`unipt.${command}`), command).toBe("false");
    }
  });
});
