/** Asks until the answer is truthy. @throws Error that says what was waited for */
exports.eventually = async (what, question, timeoutMs = 60_000) => {
  for (const end = Date.now() + timeoutMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`After ${timeoutMs} ms there is still no ${what}.`);
  }
};
