// What Redis keeps for all servers. It may be gone at any time: then nothing is kept, and everybody goes on without it.
"use strict";

const { randomBytes } = require("node:crypto");
const { setTimeout: sleep } = require("node:timers/promises");
const { createClient } = require("redis");

const LIFE = Number(process.env.CACHE_TTL ?? 60); // seconds
const ASKING = 3; // seconds for which one may ask the database on behalf of all
const PATIENCE = 750; // milliseconds that Redis may take

// Keeps an answer only for whoever holds the promise, which is broken when the product has changed meanwhile.
const KEEP = `
  if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
  redis.call('set', KEYS[1], ARGV[2], 'ex', ARGV[3])
  redis.call('del', KEYS[2])
  return 1
`;

const client = createClient({
  url: process.env.CACHE_URL,
  disableOfflineQueue: true, // what can't be asked now is not asked later
  socket: { connectTimeout: PATIENCE, reconnectStrategy: () => 100 },
});
client.on("error", () => {}); // it is tried again, and whoever asks meanwhile is told

/** Redis does not answer. */
class Gone extends Error {}

/** Done when Redis is there, or when it is late: it is tried again for as long as the server runs. */
const connect = () => Promise.race([client.connect().catch(() => {}), sleep(PATIENCE, undefined, { ref: false })]);

/** What Redis says to it, or Gone. */
async function ask(act) {
  if (!client.isReady) throw new Gone("not connected");
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Gone("too late")), PATIENCE);
  });
  try {
    return await Promise.race([act(), late]);
  } catch (error) {
    throw error instanceof Gone ? error : new Gone(error.message);
  } finally {
    clearTimeout(timer);
  }
}

async function get(key) {
  const kept = await ask(() => client.get(key));
  return kept === null ? undefined : JSON.parse(kept);
}

/** A token, if nobody else is asking for this just now. */
async function promise(key) {
  const token = randomBytes(8).toString("hex");
  const ours = await ask(() => client.set(`${key}:asking`, token, { NX: true, EX: ASKING }));
  return ours ? token : undefined;
}

function keep(key, token, value) {
  const keys = [key, `${key}:asking`];
  return ask(() => client.eval(KEEP, { keys, arguments: [token, JSON.stringify(value), String(LIFE)] })).catch(() => {});
}

/** What was kept is wrong, and so is what is being asked for just now. */
function forget(keys) {
  return ask(() => client.del([...keys, ...keys.map((key) => `${key}:asking`)])).catch(() => {});
}

module.exports = { Gone, connect, get, promise, keep, forget };
