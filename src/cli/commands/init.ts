import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Cancelled, UserError } from "../../core/errors";
import type { ExperimentPresetName } from "../../core/experiment/experimentPresets";
import { experimentTemplate } from "../../core/experiment/experimentTemplate";
import type { ExitCode } from "../exitCode";

export interface InitOptions {
  readonly file: string;
  readonly name?: string;
  readonly pairs?: string;
  readonly imageModel?: string;
  readonly preprocessor?: string;
  readonly textModel?: string;
  readonly tokenizer?: string;
  readonly preset: ExperimentPresetName;
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
    const pairs = options.pairs ?? (await ask("Image-text pairs (JSON Lines, CSV or a folder)", "pairs.jsonl"));
    const imageModel = options.imageModel ?? (await ask("Image backbone (ONNX file)", "image-backbone.onnx"));
    const preprocessor =
      options.preprocessor ?? (await ask("Its preprocessor_config.json (empty: that of the preset)", ""));
    const textModel = options.textModel ?? (await ask("Text backbone (ONNX file)", "text-backbone.onnx"));
    const tokenizer = options.tokenizer ?? (await ask("Its tokenizer.json", "tokenizer.json"));
    const text = experimentTemplate({
      name: options.name ?? experimentName(file),
      pairs: shown(pairs),
      imageModel: shown(imageModel),
      ...(preprocessor !== "" && { preprocessor: shown(preprocessor) }),
      textModel: shown(textModel),
      tokenizer: shown(tokenizer),
      preset: options.preset,
      seeds: options.seed,
    });
    await writeFile(file, text, { flag: options.force ? "w" : "wx" });
    process.stdout.write(
      `Wrote ${relative(process.cwd(), file)}; edit it, then: unipt run ${relative(process.cwd(), file)}\n`,
    );
    for (const path of [pairs, imageModel, preprocessor, textModel, tokenizer]) {
      if (path !== "" && !existsSync(path)) process.stderr.write(`Not there yet: ${path}\n`);
    }
    return 0;
  } finally {
    close();
  }
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
