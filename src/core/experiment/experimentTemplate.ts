import type { ImageTextRetrievalInput } from "./tasks/imageTextRetrievalConfig";
import type { ExperimentPreset, ExperimentPresetName } from "./experimentPresets";
import { experimentPresets } from "./experimentPresets";
import { experimentJsonSchema } from "./jsonSchema";
import type { KeyPath } from "./schemaPath";
import { schemaAt } from "./schemaPath";
import { taskExperiment, type TaskFiles, type TaskPresetName } from "./taskTemplates";

/** What `unipt init` asks for. Paths are relative to the file that is written. */
export interface TemplateAnswers {
  readonly name: string;
  readonly pairs: string;
  readonly imageModel: string;
  readonly textModel: string;
  readonly tokenizer: string;
  readonly preset: ExperimentPresetName;
  /** A preprocessor_config.json, used in place of the preset's preprocessing. */
  readonly preprocessor?: string | undefined;
  readonly imageMethod?: ImageTextRetrievalInput["image"]["method"] | undefined;
  readonly textMethod?: ImageTextRetrievalInput["text"]["method"] | undefined;
  readonly seeds?: readonly number[] | undefined;
}

/** A complete experiment file, each key with a comment that says what it does. */
export function experimentTemplate(answers: TemplateAnswers): string {
  const preset: ExperimentPreset = experimentPresets[answers.preset];
  const experiment: ImageTextRetrievalInput = {
    name: answers.name,
    task: "image-text-retrieval",
    data: { pairs: answers.pairs },
    image: {
      backbone: {
        model: answers.imageModel,
        ...(answers.preprocessor === undefined
          ? { preprocessing: preset.imagePreprocessing }
          : { preprocessor: answers.preprocessor }),
      },
      method: answers.imageMethod ?? preset.imageMethod,
    },
    text: {
      backbone: { model: answers.textModel, tokenizer: answers.tokenizer, maxTokens: preset.maxTokens },
      method: answers.textMethod ?? preset.textMethod,
    },
    pooling: preset.pooling,
    loss: preset.loss,
    training: preset.training,
    features: { mode: "cached", dtype: "float32" },
    seeds: [...(answers.seeds ?? [0, 1, 2])],
    device: "auto",
  };
  return commented(experiment);
}

/** A complete experiment file of another task as published, each key with a comment that says what it does. */
export function taskTemplate(preset: TaskPresetName, files: Omit<TaskFiles, "seeds"> & Partial<TaskFiles>): string {
  return commented(taskExperiment(preset, { seeds: [0, 1, 2], ...files }));
}

function commented(experiment: object): string {
  return `${writeCommented(experiment, [], experiment, "")}\n`;
}

/** JSON with a comment above each key that its schema describes. */
function writeCommented(value: unknown, path: KeyPath, document: unknown, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const members = Object.entries(value).map(([key, member]) => {
    const at = [...path, key];
    const description = schemaAt(experimentJsonSchema(), at, document)?.description ?? "";
    const comment = wrap(description, 96 - inner.length).map((line) => `${inner}// ${line}\n`);
    return `${comment.join("")}${inner}${JSON.stringify(key)}: ${writeCommented(member, at, document, inner)}`;
  });
  return `{\n${members.join(",\n")}\n${indent}}`;
}

/** Breaks a text into lines of at most `width` characters, where its words allow. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((part) => part !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
