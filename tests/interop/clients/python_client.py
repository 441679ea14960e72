"""The official Python client, both eras: uses a server and prints what it saw as one line of JSON."""

import asyncio
import json
import sys

from mcp import StdioServerParameters
from mcp.client.client import Client


async def main(call):
    server = StdioServerParameters(command=call["command"], args=call["args"], env=call["env"], cwd=call["cwd"])
    async with Client(server, mode=call["mode"]) as client:
        answers = []
        for name, arguments in call["calls"]:
            result = await client.call_tool(name, arguments)
            answers.append({
                "isError": result.is_error,
                "text": result.content[0].text,
                "structure": result.structured_content,
            })
        tools = (await client.list_tools()).tools
        print(json.dumps({
            "version": client.protocol_version,
            "tools": [tool.name for tool in tools],
            "answers": answers,
        }))


asyncio.run(main(json.loads(sys.argv[1])))
