/** Name ending of experiment files. */
export const experimentSuffix = ".unipt.json";
