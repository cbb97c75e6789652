// A step that no list of expectations can say: whatever is sent twice is there twice, and a restart loses nothing.
// input: { path: /, times: 3 }

import { restart, send } from "gradus:plugin/submission@0.1.0";

const text = (bytes) => new TextDecoder().decode(bytes);

function ask(method, path, content) {
  const body = content === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(content));
  const headers = content === undefined ? [] : [["content-type", "application/json"]];
  return or(`an answer to ${method} ${path}`, () => send({ method, path, headers, body }));
}

// What is thrown as a list of findings is what does not hold. Whatever else is thrown breaks the check, as it is the plugin's own
// mistake: what depends on the submission is caught, and said.
function or(wanted, attempt) {
  try {
    return attempt();
  } catch (error) {
    throw [{ path: "submission", wanted, got: String(error.payload ?? error) }];
  }
}

function list({ number, response }) {
  const answered = text(response.body);
  let answer;
  try {
    answer = JSON.parse(answered);
  } catch {
    // It is no list either.
  }
  if (Array.isArray(answer)) return answer;
  throw [{ path: "json", wanted: "a list", got: answered.slice(0, 200), exchange: number }];
}

export function run(input, seed) {
  const { path, times } = JSON.parse(input);
  const title = `seed ${seed}`;
  for (let turn = 0; turn < times; turn++) ask("POST", path, { title });
  or("a server that starts again", restart);
  const answer = ask("GET", path);
  const there = list(answer).filter((item) => item?.title === title).length;
  if (there === times) return;
  throw [{ path: "json", wanted: `${times} items called "${title}"`, got: `${there} of them`, exchange: answer.number }];
}
