// A step that no list of expectations can say: whatever is sent twice is there twice, and a restart loses nothing.
// input: { path: /, times: 3 }

import { restart, send } from "gradus:plugin/submission@0.1.0";

const text = (bytes) => new TextDecoder().decode(bytes);

function ask(method, path, content) {
  const body = content === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(content));
  const headers = content === undefined ? [] : [["content-type", "application/json"]];
  return send({ method, path, headers, body });
}

export function run(input, seed) {
  const { path, times } = JSON.parse(input);
  const title = `seed ${seed}`;
  for (let turn = 0; turn < times; turn++) ask("POST", path, { title });
  restart();
  const { number, response } = ask("GET", path);
  const there = JSON.parse(text(response.body)).filter((item) => item.title === title).length;
  if (there === times) return;
  throw [{ path: "json", wanted: `${times} items called "${title}"`, got: `${there} of them`, exchange: number }];
}
