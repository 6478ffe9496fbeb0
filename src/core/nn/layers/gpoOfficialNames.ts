/** Names of the GPO parameters in the published state dict, by ours. */
export const gpoOfficialNames: Readonly<Record<string, string>> = {
  "gru.forward.inputWeight": "gru.weight_ih_l0",
  "gru.forward.stateWeight": "gru.weight_hh_l0",
  "gru.forward.inputBias": "gru.bias_ih_l0",
  "gru.forward.stateBias": "gru.bias_hh_l0",
  "gru.backward.inputWeight": "gru.weight_ih_l0_reverse",
  "gru.backward.stateWeight": "gru.weight_hh_l0_reverse",
  "gru.backward.inputBias": "gru.bias_ih_l0_reverse",
  "gru.backward.stateBias": "gru.bias_hh_l0_reverse",
  "scores.weight": "linear.weight",
};
