"""A client of Python's kioku-mesh 1.2.0 with a session on the router that ZENOH_CONNECT names, as its MCP server is one:
it keeps its index up to date, and saves what it is told on standard input. `save TEXT` answers with the id, `burst N` with
how long each save took, in milliseconds."""

import json
import sys
import time

from kioku_mesh.core.models import Observation
from kioku_mesh.store import get_index, put_observation


def save(content: str) -> str:
    observation = Observation(content=content, project='bench', subject=content[:60], visibility='mesh')
    put_observation(observation)
    return observation.observation_id


get_index()
print('ready', flush=True)
for line in sys.stdin:
    word, _, rest = line.rstrip('\n').partition(' ')
    if word == 'save':
        print(save(rest), flush=True)
    elif word == 'burst':
        times = []
        for number in range(int(rest)):
            start = time.perf_counter()
            save(f'burst {number}: what one process saves in one go, with some words to make it as long as a memory is')
            times.append((time.perf_counter() - start) * 1000)
        print(json.dumps(times), flush=True)
