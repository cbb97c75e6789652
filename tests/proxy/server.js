// A component of wasi:http that counts its requests, answers in pieces, asks an upstream, and goes wrong in every way.

import { getEnvironment } from "wasi:cli/environment@0.2.10";
import { subscribeDuration } from "wasi:clocks/monotonic-clock@0.2.10";
import { Fields, IncomingBody, OutgoingBody, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.10";

let asked = 0;
const bytes = (text) => new TextEncoder().encode(text);
const PIECE = 4096; // what a stream takes at once

function begin(out, status = 200) {
  const response = new OutgoingResponse(Fields.fromList([["content-type", bytes("text/plain")]]));
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(out, { tag: "ok", val: response });
  return { body, stream: body.write() };
}

function end({ body, stream }) {
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

function answer(out, content, status) {
  const answering = begin(out, status);
  for (let at = 0; at < content.length; at += PIECE) {
    answering.stream.blockingWriteAndFlush(content.subarray(at, at + PIECE));
  }
  end(answering);
}

// Sends each piece back while the next ones are still to come.
function echo(request, out) {
  const incoming = request.consume();
  const input = incoming.stream();
  const answering = begin(out);
  for (;;) {
    let piece;
    try {
      piece = input.blockingRead(BigInt(PIECE));
    } catch (error) {
      if (error.payload?.tag === "closed") break;
      throw error;
    }
    if (piece.length > 0) answering.stream.blockingWriteAndFlush(piece);
  }
  input[Symbol.dispose]();
  IncomingBody.finish(incoming);
  end(answering);
}

async function upstream(out, address) {
  try {
    const response = await fetch(`${address}/v1`);
    answer(out, bytes(`it said ${await response.text()}`));
  } catch (error) {
    answer(out, bytes(`refused: ${error}`), 502);
  }
}

const ways = {
  "/count": (_, out) => answer(out, bytes(String(asked))),
  "/echo": echo,
  "/ask": (_, out) => upstream(out, Object.fromEntries(getEnvironment()).RATES_URL),
  "/elsewhere": (_, out) => upstream(out, "http://127.0.0.1:1"),
  "/long": (_, out) => answer(out, new Uint8Array(9 << 20)),
  "/silent": () => {},
  "/sleep": () => subscribeDuration(60_000_000_000n).block(),
  "/loop": () => { for (;;); },
  "/eat": (_, out) => answer(out, new Uint8Array(600 << 20)),
  "/flood": () => { for (;;) console.log("x".repeat(1000)); },
  "/halfway": (_, out) => {
    begin(out).stream.blockingWriteAndFlush(bytes("half of"));
    throw new Error("lost the thread");
  },
};

export const incomingHandler = {
  async handle(request, out) {
    asked += 1;
    const way = ways[request.pathWithQuery() ?? "/"];
    if (way) await way(request, out);
    else answer(out, bytes("nothing here"), 404);
  },
};
