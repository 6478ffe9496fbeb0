/** What `unipt init` needs to know; paths are relative to the experiment file. */
export interface TemplateAnswers {
  readonly name: string;
  readonly pairs: string;
  readonly imageModel: string;
  /** A preprocessor_config.json, or the side of the square image when there is none. */
  readonly preprocessor: string | number;
  readonly textModel: string;
  readonly tokenizer: string;
}

/** A complete experiment file that compares UniPT with a linear probe, each choice explained where it is made. */
export function experimentTemplate(answers: TemplateAnswers): string {
  const text = (value: string): string => JSON.stringify(value);
  const preprocessing =
    typeof answers.preprocessor === "string"
      ? `"preprocessor": ${text(answers.preprocessor)}`
      : `// How the backbone was trained to see: check size, mean and std against its documentation.
      "preprocessing": {
        "size": [${answers.preprocessor}, ${answers.preprocessor}],
        "resize": "shortest-edge",
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225]
      }`;
  return `// An experiment of UniPT Lab. \`unipt run <this file>\` runs it; paths are relative to this file.
{
  "name": ${text(answers.name)},
  "task": "image-text-retrieval",

  // Rows {"image": path, "captions": [text, …], "split": "train" | "val" | "test"}, a CSV file with the columns image,
  // caption and split, or a folder of images with a .txt file each. Without splits in the data, add
  // "split": { "train": 0.8, "val": 0.1, "test": 0.1 } for a seeded one.
  "data": { "pairs": ${text(answers.pairs)} },

  // Frozen networks and what is trained beside them. \`unipt inspect <model>\` lists the hidden states; all of them are
  // tapped unless "hiddenStates" names a choice, low to high.
  "image": {
    "backbone": {
      "model": ${text(answers.imageModel)},
      ${preprocessing}
    },
    // The embedding's width E, and the factor r by which UniPT narrows every layer: d = E / r.
    "method": { "name": "unipt", "embedDim": 512, "reductionFactor": 2 }
  },
  "text": {
    "backbone": { "model": ${text(answers.textModel)}, "tokenizer": ${text(answers.tokenizer)}, "maxTokens": 64 },
    "method": { "name": "unipt", "embedDim": 512, "reductionFactor": 2 }
  },

  // "mean", or "gpo": the learnt pooling of VSE∞.
  "pooling": "mean",
  // "info-nce", or { "name": "triplet", "margin": 0.2 }: the hinge loss of VSE∞.
  "loss": { "name": "info-nce" },

  "training": {
    "epochs": 20,
    "batchSize": 128,
    "optimizer": { "name": "adamw", "learningRate": 0.0005, "weightDecay": 0.01 },
    "schedule": { "name": "warmup-cosine", "warmupEpochs": 1 },
    "gradientClip": 2,
    // The first best epoch by recall on the validation split is what the test split is measured with.
    "evaluateEveryEpochs": 1
  },

  // One run per variant and seed; results are given as mean ± standard deviation over the seeds.
  "seeds": [0, 1, 2],
  "variants": {
    "unipt": {},
    "linear-probe": {
      "image.method": { "name": "linear-probe", "embedDim": 512 },
      "text.method": { "name": "linear-probe", "embedDim": 512 }
    }
  }
}
`;
}
