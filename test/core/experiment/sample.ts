/** A complete experiment file with comments: the demo's. */
export const sampleText = `{
  "name": "emoji-scenes",
  "task": "image-text-retrieval",
  "data": { "pairs": "scenes.jsonl" }, // rows of the scenes
  "image": {
    "backbone": {
      "model": "models/centernet.onnx",
      "hiddenStates": ["s1", "s2", 4, "s6"],
      "preprocessing": { "size": [192, 192], "scale": 1, "layout": "NHWC" }
    },
    "method": { "name": "unipt", "preset": "vse-infinity-cnn", "embedDim": 256, "reductionFactor": 2 }
  },
  "text": {
    "backbone": { "model": "models/use-lite.onnx", "tokenizer": "models/use-lite.tokenizer.json", "maxTokens": 32 },
    "method": { "name": "linear-probe", "embedDim": 256 }
  },
  "pooling": "mean",
  "loss": { "name": "info-nce" },
  "training": {
    "epochs": 20,
    "batchSize": 128,
    "optimizer": { "name": "adamw", "learningRate": 0.002, "weightDecay": 0.01 },
    "schedule": { "name": "warmup-cosine", "warmupEpochs": 1 },
    "gradientClip": 2,
    "evaluateEveryEpochs": 2,
  },
  "features": { "mode": "cached", "dtype": "float32" },
  "seeds": [0, 1, 2],
  "device": "auto",
  "variants": {
    "unipt": {},
    "linear-probe": { "image.method": { "name": "linear-probe", "embedDim": 256 }, "training.epochs": 40 }
  }
}
`;
