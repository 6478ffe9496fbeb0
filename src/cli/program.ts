import { Command, InvalidArgumentError, Option } from "commander";
import packageJson from "../../package.json";
import type { ExitCode } from "./exitCode";

/** A command's code is loaded when it is called, so that `unipt --help` reads nothing else. */
type Loader<O> = () => Promise<(argument: O) => Promise<ExitCode>>;

/** The whole command line as data; what a command does is in `commands/`. */
export function buildProgram(exit: (code: ExitCode) => void): Command {
  // Commander checks options but does not type them; each command's options are what is declared for it below.
  const run =
    <O>(load: Loader<O>) =>
    async (options: object): Promise<void> =>
      exit(await (await load())(options as O));

  const program = new Command("unipt")
    .description("Train UniPT and its rivals on the hidden states of a frozen ONNX backbone.")
    .version(packageJson.version, "-v, --version", "print the version")
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false });

  const command = (name: string, description: string, examples: readonly string[]): Command =>
    program
      .command(name)
      .description(description)
      .addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ unipt ${example}`).join("\n")}`);

  command("init", "Write a commented experiment file, from options or from a few questions.", [
    "init flickr.unipt.json",
    "init vqa.unipt.json --preset clip-vil --data questions.jsonl",
    "init pets.unipt.json --pairs pets.csv --image-model clip-vision.onnx --text-model clip-text.onnx --tokenizer tokenizer.json",
  ])
    .argument("[file]", "experiment file to write", "experiment.unipt.json")
    .option("--name <name>", "name of the experiment (default: from the file name)")
    .option("--data <path>", "pairs, clips, questions or expressions: JSON Lines, CSV or a published file")
    .option("--pairs <path>", "the same for image-text pairs")
    .option("--image-model <path>", "ONNX file of the image backbone, or of the one that reads image and text")
    .option("--preprocessor <path>", "preprocessor_config.json published with the image backbone")
    .option("--text-model <path>", "ONNX file of the text backbone")
    .option("--tokenizer <path>", "tokenizer.json published with the text backbone")
    .addOption(
      new Option("--preset <name>", "published setting to start from")
        .choices(["vse-infinity", "clip4clip", "clip-vil", "mdetr"])
        .default("vse-infinity"),
    )
    .option("--seed <number...>", "seeds of the runs (default: 0 1 2)", wholeNumbers)
    .option("--force", "overwrite an existing file")
    .option("-y, --yes", "ask nothing; take defaults for what is not given")
    .action((file: string, options: object) =>
      run(async () => (await import("./commands/init")).initCommand)({ file, ...options }),
    );

  command("run", "Extract features once, train every variant with every seed, and print the table.", [
    "run emoji-scenes.unipt.json",
    "run emoji-scenes.unipt.json --variant unipt --seed 0 1",
    "run emoji-scenes.unipt.json --resume",
  ])
    .argument("<file>", "experiment file (*.unipt.json)")
    .option("--variant <name...>", "only these variants")
    .option("--seed <number...>", "only these seeds, instead of those of the file", wholeNumbers)
    .option("--quick", "one seed: the first")
    .option("--resume", "continue the runs that were stopped; finished ones are kept as they are")
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option("--jobs <number>", "runs that train at the same time (default: one per core)", positiveInteger)
    .option("--runs <dir>", "folder of the run directories (default: runs beside the experiment file)")
    .option("--dry-run", "only say what would be done: runs, cache size, memory")
    .option("--json", "print the results as one JSON object, the last line of stdout")
    .action((file: string, options: object) =>
      run(async () => (await import("./commands/run")).runCommand)({ file, ...options }),
    );

  command("ablate", "Train an experiment under one change at a time, and print what each change makes of it.", [
    "ablate emoji-scenes.unipt.json --axis leave-one-layer-out --axis reduction-factor=2,4,8",
    "ablate emoji-scenes.unipt.json --axis interaction --axis aggregation --grid --dry-run",
    "ablate emoji-scenes.unipt.json --set training.optimizer.learningRate=0.001,0.002 --seeds 0,1,2 --format latex",
  ])
    .argument("<file>", "experiment file (*.unipt.json)")
    .option(
      "--axis <name[=values]>",
      "what to vary, by name; repeat for others. tapped-layers, leave-one-layer-out, reduction-factor, interaction, aggregation, pooling, gate-pooling, normalizer, guide, projection; image. or text. in front chooses a side",
      repeated,
    )
    .option("--set <path=values>", "any setting of the experiment by its dotted path; repeat for others", repeated)
    .option("--grid", "every combination (default: each value by itself)")
    .option("--seeds <numbers>", "seeds of every cell, for example 0,1,2 (default: those of the file)", numberList)
    .option("--variant <name>", "variant to start from (default: the file's settings without variants)")
    .option("--metric <name>", "metric of the differences (default: the one that selects checkpoints)")
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option("--jobs <number>", "runs that train at the same time (default: one per core)", positiveInteger)
    .option("--runs <dir>", "folder of the run directories (default: runs beside the experiment file)")
    .addOption(
      new Option("--format <name>", "how the table is printed")
        .choices(["text", "markdown", "latex", "json"])
        .default("text"),
    )
    .option("--dry-run", "only say what would be done: cells, runs, time, memory, disk")
    .option("--json", "as --format json: the table as one JSON object, the last line of stdout")
    .option("-y, --yes", "do not ask before the runs start")
    .action((file: string, options: object) =>
      run(async () => (await import("./commands/ablate")).ablateCommand)({ file, ...options }),
    );

  command("extract", "Extract the hidden states that an experiment needs into the feature cache.", [
    "extract emoji-scenes.unipt.json --dry-run",
  ])
    .argument("<file>", "experiment file (*.unipt.json)")
    .option("--variant <name...>", "only what these variants need")
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option("--jobs <number>", "extractions at the same time (default: one per core)", positiveInteger)
    .option("--dry-run", "only say how much there is to do and how large the cache will be")
    .option("--json", "print the result as one JSON object, the last line of stdout")
    .action((file: string, options: object) =>
      run(async () => (await import("./commands/extract")).extractCommand)({ file, ...options }),
    );

  command("evaluate", "Evaluate the best parameters of a finished run again.", [
    "evaluate runs/emoji-scenes.unipt.seed0",
    "evaluate runs/emoji-scenes.unipt.seed0 --split val --json",
  ])
    .argument("<run>", "run directory")
    .addOption(new Option("--split <name>", "split to evaluate on").choices(["train", "val", "test"]).default("test"))
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option("--json", "print the metrics as one JSON object, the last line of stdout")
    .action((runDirectory: string, options: object) =>
      run(async () => (await import("./commands/evaluate")).evaluateCommand)({ run: runDirectory, ...options }),
    );

  command("predict", "Put new images, texts or videos through the best model of a run.", [
    'predict runs/emoji-scenes.unipt.seed0 --text "a small rose on a blue background"',
    "predict runs/emoji-scenes.unipt.seed0 --image photo.jpg --top 3 --json",
  ])
    .argument("<run>", "run directory")
    .option("--text <text>", "a text, a question or an expression; may be repeated", repeated)
    .option("--image <file>", "an image; may be repeated", repeated)
    .option("--video <file>", "a video; may be repeated", repeated)
    .addOption(new Option("--split <name>", "what retrieval ranks").choices(["train", "val", "test"]).default("test"))
    .option("--top <number>", "most results per query", positiveInteger, 5)
    .option("--draw <folder>", "write the images with the predicted box drawn in")
    .addOption(deviceOption())
    .addOption(threadsOption())
    .option("--json", "print one JSON object, the last line of stdout")
    .action((runDirectory: string, options: object) =>
      run(async () => (await import("./commands/predict")).predictCommand)({ run: runDirectory, ...options }),
    );

  command("export", "Write the best parameters of a run as ONNX models or safetensors.", [
    "export runs/emoji-scenes.unipt.seed0 --to onnx",
    "export runs/emoji-scenes.unipt.seed0 --to safetensors --out weights/",
  ])
    .argument("<run>", "run directory")
    .addOption(
      new Option(
        "--to <format>",
        "onnx: backbone, network and head in one file; safetensors: what was trained, by its published names",
      )
        .choices(["onnx", "safetensors"])
        .default("onnx"),
    )
    .option("--out <folder>", "where to write (default: the folder export within the run)")
    .option("--json", "print one JSON object, the last line of stdout")
    .action((runDirectory: string, options: object) =>
      run(async () => (await import("./commands/export")).exportCommand)({ run: runDirectory, ...options }),
    );

  command("inspect", "List a model's inputs and the hidden states found in it, low to high.", [
    "inspect clip-vision.onnx",
    "inspect clip-vision.onnx --json",
  ])
    .argument("<model>", "ONNX file")
    .option("--json", "print one JSON object")
    .action((model: string, options: object) =>
      run(async () => (await import("./commands/inspect")).inspectCommand)({ model, ...options }),
    );

  command("verify", "Check this build's numbers against reference files made with PyTorch.", [
    "verify reference/golden reference/backbones",
    "verify reference/preprocess reference/tokenizers --images photos",
  ])
    .argument(
      "<dir...>",
      "folders of golden vectors (*.json), reference models (*.onnx), tokenizers (*-ids.json) and preprocessed photos (*.png)",
    )
    .option("--images <dir>", "folder of the photos that preprocessing references were made from")
    .option("--json", "print one JSON object after the lines")
    .action((directories: string[], options: object) =>
      run(async () => (await import("./commands/verify")).verifyCommand)({ directories, ...options }),
    );

  command("bench", "Time one benchmark case; bench/README.md says how it compares with PyTorch.", [
    "bench vse-text --threads 2 --json",
  ])
    .argument("<case>", "vse-text or extract")
    .addOption(threadsOption())
    .option("--batch <number>", "samples per step (default: as the peer)", positiveInteger)
    .option("--steps <number>", "timed steps", positiveInteger, 15)
    .addOption(deviceOption())
    .option("--json", "print one JSON object")
    .action((name: string, options: object) =>
      run(async () => (await import("./commands/bench")).benchCommand)({ case: name, ...options }),
    );

  command("doctor", "Report what runs on this machine, and why the rest does not.", ["doctor", "doctor --json"])
    .option("--json", "print one JSON object")
    .action((options: object) => run(async () => (await import("./commands/doctor")).doctorCommand)(options));

  command("clean", "Delete cached features and the partial files of stopped runs.", [
    "clean --dry-run",
    "clean experiments/ --yes",
  ])
    .argument("[dir]", "folder of experiment files", ".")
    .option("--dry-run", "only list what would be deleted")
    .option("-y, --yes", "do not ask")
    .action((directory: string, options: object) =>
      run(async () => (await import("./commands/clean")).cleanCommand)({ directory, ...options }),
    );

  return program;
}

function deviceOption(): Option {
  return new Option("--device <name>", "where to run (default: as the experiment file says)").choices([
    "auto",
    "cpu",
    "webgpu",
    "cuda",
    "dml",
    "coreml",
  ]);
}

function threadsOption(): Option {
  return new Option("--threads <number>", "CPU threads of each run (default: cores divided by jobs)").argParser(
    positiveInteger,
  );
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("Give a whole number of 1 or more.");
  return Number(text);
}

function wholeNumbers(text: string, previous: readonly number[] = []): readonly number[] {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffff_ffff)
    throw new InvalidArgumentError("Give whole numbers from 0 to 4294967295.");
  return [...previous, Number(text)];
}

function repeated(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

function numberList(text: string): readonly number[] {
  return text.split(",").flatMap((part) => (part.trim() === "" ? [] : wholeNumbers(part.trim())));
}
