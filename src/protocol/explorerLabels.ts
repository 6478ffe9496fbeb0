import type { SideName } from "../core/experiment/sides";

/** Texts of the backbone explorer in English, a part of the panels' texts. */
export const explorerLabels = {
  // State of the file
  modelUntrusted:
    "{0} is not opened: a model file may be made to do harm, and this workspace is not trusted. Trust the workspace to see its layers.",
  manageTrust: "Manage Workspace Trust",
  modelLoading: "Reading the structure of {0} …",
  modelFailed: "This model cannot be shown.",
  readAgain: "Read Again",
  explorerLog: "Show Log",
  modelFacts: "ONNX, operator set {0} · {1}",
  modelWeights: "{0} parameters, {1} of weights",
  modelFlops: "about {0} for one item",
  unknownProducer: "unknown producer",
  inputsTitle: "Inputs and outputs",
  inputRow: "input ",
  outputRow: "output ",

  // Warnings
  unknownShapes: "Hidden states and sizes are unknown, because the shapes could not be worked out: {0}",
  noStates:
    "No hidden states were found by structure alone. Search the values below and tick those that an experiment shall read.",

  // Blocks
  blocksTitle: "Blocks",
  blocksHelp: "Arrow keys move from row to row; the check box of a row taps its hidden state.",
  embeddingBlock: "Embedding",
  numberedBlock: "Block {0}",
  numberedStage: "Stage {0}",
  headBlock: "Head",
  otherBlock: "Beside the stream",
  wholeBlock: "Whole model",
  tapState: "Tap hidden state {0}",
  parametersShort: "{0} parameters",
  ofAll: "{0} of all",
  tickAll: "Tick All",
  tickNone: "Tick None",
  tickThose: "As in {0} ({1})",

  // Details
  hiddenStateTitle: "Hidden state {0}",
  valueName: "Value",
  shapeName: "Shape",
  itemShape: "One item in the cache",
  widthName: "Width",
  layoutName: "Layout",
  whyFound: "Found as",
  nodesName: "Nodes",
  operators: "Operators",
  parametersName: "Parameters",
  flopsName: "Operations for one item",
  unknownSize: "unknown",
  layoutTokens: "tokens",
  layoutGrid: "feature map",
  layoutSequenceFirst: "tokens, sequence axis first; transposed when cached",
  layoutChannelsLast: "feature map, channels last; transposed when cached",
  originStart: "what enters the first block",
  originResidual: "the residual stream behind this block",
  originBottleneck: "the output of an inverted residual",
  originStage: "the last map of this stage",
  originResolution: "the last map of this resolution",
  originFinalNorm: "the residual stream behind the last block and the final norm",
  showValues: "Show Its Values",

  // Values
  valuesTitle: "All values",
  searchValues: "Search values by name, operator or shape",
  allBlocks: "All blocks",
  blockName: "Block",
  operatorName: "Operator",
  tapValue: "Tap {0}",
  valuesShown: "{0} to {1} of {2}",
  noValues: "No value matches.",
  previousPage: "Previous Page",
  nextPage: "Next Page",

  // Taps and what they cost
  tapsTitle: "Taps",
  tapsNone: "No layer is ticked.",
  tapsSummary: "{0} layers ticked · widths {1}",
  oneTap: "1 layer ticked · width {0}",
  widthRun: "{0} (× {1})",
  itemsField: "Items",
  itemsOf: "{0} items, kept as {1}",
  readByImageSide: "image side",
  readByTextSide: "text side",
  readByVideoSide: "video side",
  readByJointSide: "side of image and text",
  tapsNow: "taps {0} layers",
  dataUnread: "The data of {0} could not be read: {1}",
  dataReading: "counting its data …",
  cacheForecast: "Cache: {0} as float16, {1} as float32",
  cachePerItem: "{0} or {1} for each item; equal items are kept once",
  cacheUnknown: "The size of {0} ticked values is unknown.",
  problemRank: "UniPT reads token sequences and feature maps only: one of the ticked values is neither.",
  problemMixed: "UniPT cannot read token sequences and feature maps side by side: tick values of one kind.",
  problemLengths: "UniPT reads sequences of one length only: the ticked values differ in theirs.",
  applySizes: "Work Out",
  copyIntoExperiment: "Copy into Experiment …",
  copyJson: "Copy as JSON",
  newExperimentHere: "New Experiment …",
  usedBy: "Used by",
  openExperimentOf: "{0} ({1})",
  useUnknownTaps: "names values that the model does not have",

  // Chart
  blockChart: "Blocks compared",
  blockMeasure: "Measure",
  measureParameters: "parameters",
  measureFlops: "operations for one item",
  measureWidth: "width",
  measureCache: "float16 bytes for one item",
  measureBar: "{0}: {1}",
} as const;

/** What a side of an experiment is called. */
export const sideLabels = {
  image: "readByImageSide",
  video: "readByVideoSide",
  text: "readByTextSide",
  joint: "readByJointSide",
} as const satisfies Readonly<Record<SideName, string>>;
