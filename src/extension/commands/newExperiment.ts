import { isAbsolute, relative, sep } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import type { ExperimentPresetName } from "../../core/experiment/experimentPresets";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { experimentTemplate } from "../../core/experiment/experimentTemplate";
import { Name } from "../../core/experiment/names";
import { pickFile } from "../wizard/pickFile";
import { inputText, pickOne } from "../wizard/questions";
import { back, type Frame, runWizard, type Step } from "../wizard/runWizard";
import { findFiles } from "../workspace/findPlaces";

interface Answers {
  readonly folder: vscode.Uri;
  readonly task: "image-text-retrieval";
  readonly imageModel?: vscode.Uri;
  /** A preprocessor_config.json, or that of the preset. */
  readonly preprocessor?: vscode.Uri | undefined;
  readonly textModel?: vscode.Uri;
  readonly tokenizer?: vscode.Uri;
  readonly pairs?: vscode.Uri;
  readonly preset: ExperimentPresetName;
  readonly name?: string;
}

const onnx = { pattern: "**/*.onnx", filters: { ONNX: ["onnx"] } };

/**
 * Asks for what an experiment is made of and writes a commented file, which is then opened.
 * @param model a backbone to begin with
 */
export async function newExperiment(model: vscode.Uri | undefined): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new UserError(vscode.l10n.t("Making an experiment file needs a trusted workspace."));
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new UserError(vscode.l10n.t("Open a folder first; the experiment file is written there."));
  const preprocessors = await findFiles("**/*preprocessor_config.json");
  const answers = await runWizard(vscode.l10n.t("New Experiment"), steps(model, preprocessors), {
    folder: folder.uri,
    task: "image-text-retrieval",
    preset: "small",
  });
  if (answers) await write(answers);
}

function steps(model: vscode.Uri | undefined, preprocessors: readonly vscode.Uri[]): readonly Step<Answers>[] {
  return [
    { applies: () => (vscode.workspace.workspaceFolders?.length ?? 0) > 1, ask: askFolder },
    { ask: askTask },
    fileStep("imageModel", () => ({
      ...onnx,
      placeholder: vscode.l10n.t("Image backbone: an ONNX file"),
      active: model,
    })),
    { applies: () => preprocessors.length > 0, ask: askPreprocessor(preprocessors) },
    fileStep("textModel", () => ({
      ...onnx,
      placeholder: vscode.l10n.t("Text backbone: an ONNX file"),
      active: model,
    })),
    fileStep("tokenizer", () => ({
      pattern: "**/{tokenizer.json,*.tokenizer.json}",
      filters: { JSON: ["json"] },
      placeholder: vscode.l10n.t("Tokenizer of the text backbone: its tokenizer.json"),
    })),
    fileStep("pairs", () => ({
      pattern: "**/*.{jsonl,csv}",
      filters: { "JSON Lines, CSV": ["jsonl", "csv"] },
      orFolder: true,
      placeholder: vscode.l10n.t("Images and their captions: JSON Lines, CSV, or a folder of images with text files"),
    })),
    { ask: askPreset },
    { ask: askName },
  ];
}

function fileStep(
  key: "imageModel" | "textModel" | "tokenizer" | "pairs",
  question: () => Parameters<typeof pickFile>[1],
): Step<Answers> {
  return {
    ask: async (answers, frame) => {
      const asked = question();
      const picked = await pickFile(frame, { ...asked, active: answers[key] ?? asked.active });
      return picked instanceof vscode.Uri ? { ...answers, [key]: picked } : picked;
    },
  };
}

async function askFolder(answers: Answers, frame: Frame): Promise<Answers | typeof back | undefined> {
  const choices = (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ label: name, value: uri }));
  const folder = await pickOne(frame, { placeholder: vscode.l10n.t("Folder to write the file to"), choices });
  return folder instanceof vscode.Uri ? { ...answers, folder } : folder;
}

async function askTask(answers: Answers, frame: Frame): Promise<Answers | typeof back | undefined> {
  const task = await pickOne(frame, {
    placeholder: vscode.l10n.t("Task"),
    choices: [
      {
        value: "image-text-retrieval",
        label: vscode.l10n.t("Image-text retrieval"),
        detail: vscode.l10n.t("Finds the captions of an image, and the images of a caption."),
      },
    ],
    active: answers.task,
  });
  return task === "image-text-retrieval" ? { ...answers, task } : (task as typeof back | undefined);
}

function askPreprocessor(files: readonly vscode.Uri[]): Step<Answers>["ask"] {
  const ofPreset = "preset";
  return async (answers, frame) => {
    const picked = await pickOne<vscode.Uri | typeof ofPreset>(frame, {
      placeholder: vscode.l10n.t("How images are prepared for the backbone"),
      choices: [
        ...files.map((uri) => ({ value: uri, label: vscode.workspace.asRelativePath(uri) })),
        {
          value: ofPreset,
          label: vscode.l10n.t("As the preset says"),
          detail: vscode.l10n.t("Can be changed in the experiment file."),
        },
      ],
      active: answers.preprocessor,
    });
    if (picked === undefined || picked === back) return picked;
    return { ...answers, preprocessor: picked === ofPreset ? undefined : picked };
  };
}

async function askPreset(answers: Answers, frame: Frame): Promise<Answers | typeof back | undefined> {
  const preset = await pickOne<ExperimentPresetName>(frame, {
    placeholder: vscode.l10n.t("Method and settings"),
    choices: [
      {
        value: "small",
        label: vscode.l10n.t("UniPT for small data"),
        detail: vscode.l10n.t("UniPT on the images, a linear probe on the texts; InfoNCE, 20 epochs."),
      },
      {
        value: "vse-infinity",
        label: vscode.l10n.t("UniPT on VSE∞, as published"),
        detail: vscode.l10n.t("UniPT on both sides; hinge loss, GPO pooling, 512 × 512 images, 25 epochs."),
      },
    ],
    active: answers.preset,
  });
  return typeof preset === "string" ? { ...answers, preset } : preset;
}

async function askName(answers: Answers, frame: Frame): Promise<Answers | typeof back | undefined> {
  const name = await inputText(frame, {
    prompt: vscode.l10n.t("Name of the experiment; its runs begin with it"),
    value: answers.name ?? "",
    placeholder: "my-experiment",
    validate: async (text) => {
      if (!Name.safeParse(text).success)
        return vscode.l10n.t("Use lower-case letters and digits, joined by hyphens, at most 80.");
      const isTaken = await exists(fileOf(answers.folder, text));
      return isTaken ? vscode.l10n.t("{0} exists already; give another name.", text + experimentSuffix) : undefined;
    },
  });
  return typeof name === "string" ? { ...answers, name } : name;
}

async function write(answers: Answers): Promise<void> {
  const { folder, imageModel, textModel, tokenizer, pairs, preprocessor, preset, name } = answers;
  if (!imageModel || !textModel || !tokenizer || !pairs || name === undefined) throw new Error("An answer is missing.");
  const path = (uri: vscode.Uri): string => pathFrom(folder.fsPath, uri.fsPath);
  const text = experimentTemplate({
    name,
    pairs: path(pairs),
    imageModel: path(imageModel),
    textModel: path(textModel),
    tokenizer: path(tokenizer),
    preset,
    ...(preprocessor && { preprocessor: path(preprocessor) }),
  });
  const file = fileOf(folder, name);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(file, { overwrite: false, contents: Buffer.from(text) });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new UserError(
      vscode.l10n.t("{0} cannot be made; see whether the folder can be written to.", name + experimentSuffix),
    );
  await vscode.window.showTextDocument(file);
}

function fileOf(folder: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.joinPath(folder, name + experimentSuffix);
}

/** Relative where that is possible, so that the folder can be moved; with slashes on every system. */
function pathFrom(folder: string, path: string): string {
  const shown = relative(folder, path);
  return isAbsolute(shown) ? path : shown.split(sep).join("/");
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
