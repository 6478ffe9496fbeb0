import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Cancelled, UserError } from "../../core/errors";
import type { ExperimentPresetName } from "../../core/experiment/experimentPresets";
import { experimentTemplate, taskTemplate } from "../../core/experiment/experimentTemplate";
import { taskPresetNames, type TaskPresetName } from "../../core/experiment/taskTemplates";
import type { ExitCode } from "../exitCode";

export interface InitOptions {
  readonly file: string;
  readonly name?: string;
  readonly pairs?: string;
  readonly imageModel?: string;
  readonly preprocessor?: string;
  readonly textModel?: string;
  readonly tokenizer?: string;
  readonly preset: ExperimentPresetName | TaskPresetName;
  readonly data?: string;
  readonly seed?: readonly number[];
  readonly force?: boolean;
  readonly yes?: boolean;
}

const EXTENSION = ".unipt.json";

/** Asks for whatever the options leave open, when there is somebody to ask, and writes the file. */
export async function initCommand(options: InitOptions): Promise<ExitCode> {
  const file = resolve(options.file.endsWith(EXTENSION) ? options.file : `${options.file}${EXTENSION}`);
  if (existsSync(file) && !options.force)
    throw new UserError(`"${file}" exists already; give another name, or --force to overwrite it.`);
  const shown = (path: string): string => relative(dirname(file), resolve(path)) || ".";
  const { ask, close } = questioner(process.stdin.isTTY && !options.yes);
  try {
    const name = options.name ?? experimentName(file);
    const { text, paths } = isTaskPreset(options.preset)
      ? await taskFile(options, options.preset, { name, ask, shown })
      : await retrievalFile(options, options.preset, { name, ask, shown });
    await writeFile(file, text, { flag: options.force ? "w" : "wx" });
    process.stdout.write(
      `Wrote ${relative(process.cwd(), file)}; edit it, then: unipt run ${relative(process.cwd(), file)}\n`,
    );
    for (const path of paths) {
      if (path !== "" && !existsSync(path)) process.stderr.write(`Not there yet: ${path}\n`);
    }
    return 0;
  } finally {
    close();
  }
}

interface Questions {
  readonly name: string;
  readonly ask: Questioner["ask"];
  /** A path as the file that is written names it. */
  readonly shown: (path: string) => string;
}

interface Written {
  readonly text: string;
  /** Files that it names, as given. */
  readonly paths: readonly string[];
}

async function retrievalFile(
  options: InitOptions,
  preset: ExperimentPresetName,
  { name, ask, shown }: Questions,
): Promise<Written> {
  const given = options.data ?? options.pairs;
  const pairs = given ?? (await ask("Image-text pairs (JSON Lines, CSV or a folder)", "pairs.jsonl"));
  const imageModel = options.imageModel ?? (await ask("Image backbone (ONNX file)", "image-backbone.onnx"));
  const preprocessor =
    options.preprocessor ?? (await ask("Its preprocessor_config.json (empty: that of the preset)", ""));
  const textModel = options.textModel ?? (await ask("Text backbone (ONNX file)", "text-backbone.onnx"));
  const tokenizer = options.tokenizer ?? (await ask("Its tokenizer.json", "tokenizer.json"));
  const text = experimentTemplate({
    name,
    pairs: shown(pairs),
    imageModel: shown(imageModel),
    ...(preprocessor !== "" && { preprocessor: shown(preprocessor) }),
    textModel: shown(textModel),
    tokenizer: shown(tokenizer),
    preset,
    seeds: options.seed,
  });
  return { text, paths: [pairs, imageModel, preprocessor, textModel, tokenizer] };
}

const taskQuestions: Readonly<Record<TaskPresetName, { readonly data: string; readonly fallback: string }>> = {
  clip4clip: { data: "Captioned videos (JSON Lines, CSV or a published file)", fallback: "clips.jsonl" },
  "clip-vil": { data: "Questions about images (JSON Lines, CSV or a published file)", fallback: "questions.jsonl" },
  mdetr: { data: "Expressions with boxes (JSON Lines, CSV or a published file)", fallback: "expressions.jsonl" },
};

async function taskFile(
  options: InitOptions,
  preset: TaskPresetName,
  { name, ask, shown }: Questions,
): Promise<Written> {
  const question = taskQuestions[preset];
  const data = options.data ?? options.pairs ?? (await ask(question.data, question.fallback));
  const hasTwo = preset === "clip4clip";
  const noun = hasTwo ? "Image backbone for the frames" : "Backbone that reads image and text";
  const model = options.imageModel ?? (await ask(`${noun} (ONNX file)`, `${preset}.onnx`));
  const asksText = hasTwo && options.textModel === undefined;
  const textModel = asksText ? await ask("Text backbone (ONNX file)", "clip-text.onnx") : (options.textModel ?? "");
  const tokenizer = options.tokenizer ?? (await ask("Its tokenizer.json", "tokenizer.json"));
  const text = taskTemplate(preset, {
    ...{ name, data: shown(data), model: shown(model), textModel: shown(textModel), tokenizer: shown(tokenizer) },
    ...(options.seed && { seeds: options.seed }),
  });
  return { text, paths: [data, model, textModel, tokenizer] };
}

function isTaskPreset(preset: InitOptions["preset"]): preset is TaskPresetName {
  return (taskPresetNames as readonly string[]).includes(preset);
}

/** The file's stem in the characters that names of experiments may have. */
function experimentName(file: string): string {
  const stem = basename(file, EXTENSION)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return stem === "" ? "experiment" : stem;
}

interface Questioner {
  readonly ask: (question: string, fallback: string) => Promise<string>;
  readonly close: () => void;
}

function questioner(isInteractive: boolean): Questioner {
  if (!isInteractive) return { ask: (_, fallback) => Promise.resolve(fallback), close: () => undefined };
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<never>((_, reject) => {
    terminal.once("close", () => reject(new Cancelled("Nothing was written.")));
  });
  closed.catch(() => undefined);
  terminal.on("SIGINT", () => terminal.close());
  return {
    ask: async (question, fallback) => {
      const hint = fallback === "" ? "" : ` [${fallback}]`;
      const answer = await Promise.race([terminal.question(`${question}${hint}: `), closed]);
      return answer.trim() === "" ? fallback : answer.trim();
    },
    close: () => terminal.close(),
  };
}
