import * as vscode from "vscode";
import { experimentOutline } from "../../core/experiment/experimentOutline";
import { findFiles } from "../workspace/findPlaces";
import { fileOf, rangeOf } from "./experimentDocument";

/** Files that a setting may name, by the last word of its path. */
const patterns: Readonly<Record<string, string>> = {
  model: "**/*.onnx",
  tokenizer: "**/{tokenizer.json,*.tokenizer.json}",
  preprocessor: "**/*preprocessor_config.json",
  pairs: "**/*.{jsonl,csv}",
};

/** Offers the workspace's files where an experiment names one. */
export const pathCompletion: vscode.CompletionItemProvider = {
  async provideCompletionItems(document, position) {
    const offset = document.offsetAt(position);
    const text = document.getText();
    // An empty text names no file, so a letter stands in for it while the outline is read.
    const probe = text.replace(/"(\s*:\s*)""/g, (all: string, gap: string, at: number) =>
      at + gap.length + 2 === offset ? `"${gap}"?"` : all,
    );
    const named = experimentOutline(probe)?.files.find(
      (file) => offset > file.offset && offset < file.offset + file.length,
    );
    const pattern = patterns[String(named?.keyPath.at(-1)).split(".").at(-1) ?? ""];
    if (!named || pattern === undefined) return [];
    const isEmpty = probe !== text;
    const range = rangeOf(document, { offset: named.offset + 1, length: isEmpty ? 0 : named.length - 2 });
    const folder = fileOf(document, ".").path.replace(/\/?$/, "/");
    const found = await findFiles(pattern);
    return found.flatMap(({ path }) => {
      if (!path.startsWith(folder)) return [];
      const item = new vscode.CompletionItem(path.slice(folder.length), vscode.CompletionItemKind.File);
      item.range = range;
      return [item];
    });
  },
};
