"""What Redis keeps for all servers. It may be gone at any time: then nothing is kept, and everybody goes on without it."""

import contextlib
import json
import os
import secrets

import redis

LIFE = int(os.environ.get("CACHE_TTL", "60"))  # seconds
ASKING = 3  # seconds for which one may ask the database on behalf of all
PATIENCE = 0.75  # seconds that Redis may take

# Gives a promise back only to whoever holds it, and keeps an answer only if the promise was not broken meanwhile.
KEEP = """
    if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
    redis.call('set', KEYS[1], ARGV[2], 'ex', ARGV[3])
    redis.call('del', KEYS[2])
    return 1
"""


class Cache:
    def __init__(self):
        url = os.environ["CACHE_URL"]
        self.redis = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self.keep_script = KEEP

    def get(self, key):
        """What is kept, or None. It raises redis.RedisError if nobody knows."""
        kept = self.redis.get(key)
        return None if kept is None else json.loads(kept)

    def promise(self, key):
        """A token, if nobody else is asking for this just now; else None."""
        token = secrets.token_hex(8)
        return token if self.redis.set(f"{key}:asking", token, nx=True, ex=ASKING) else None

    def keep(self, key, token, value):
        with contextlib.suppress(redis.RedisError):
            self.redis.eval(self.keep_script, 2, key, f"{key}:asking", token, json.dumps(value), LIFE)

    def forget(self, keys):
        """What was kept is wrong, and so is what is being asked for just now."""
        with contextlib.suppress(redis.RedisError):
            self.redis.delete(*keys, *(f"{key}:asking" for key in keys))
