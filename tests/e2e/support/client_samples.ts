/** A client's file as a user has it, with other servers and settings in it that are none of our business. */
export interface Sample {
  readonly client: string;
  /** Below the home. */
  readonly path: string;
  readonly text: string;
  /** A piece of it that a hand changes, and into what. */
  readonly hand: readonly [from: string, to: string];
  /** Whether the path is a link to a file elsewhere, as people keep their dotfiles. */
  readonly link?: boolean;
  /** Permissions. */
  readonly mode?: number;
}

const MARK = "\uFEFF";

const CODEX = `# ~/.codex/config.toml
model = "o9"          # the model
approval_policy = "on-request"
notify = ["bash", "-c", "printf 'done'"]

[mcp_servers.docs]
command = "npx"
args = ["-y", "docs-server"]   # read only
startup_timeout_sec = 20

[mcp_servers.docs.env]
API_KEY = 'not-a-key'

# Servers that are off
[mcp_servers.old]
enabled = false
command = 'C:\\tools\\old.exe'

[tui]
notifications = [
  "agent-turn-complete",
]
`;

/** One for each client; between them comments, CRLF, a byte order mark, tabs, trailing commas, links and minified text. */
export const SAMPLES: readonly Sample[] = [
  {
    client: "claude-code",
    path: ".claude.json",
    mode: 0o600,
    text: `{
  "numStartups": 41,
  "tipsHistory": {"shift-enter": 3},
  "projects": {
    "/home/me/app": {
      "mcpServers": {},
      "history": [{"display": "fix \\"it\\"", "pastedContents": {}}]
    }
  },
  "mcpServers": {
    "github": {
      "type": "http",
      "url": "https://example.com/mcp"
    }
  },
  "userID": "0123"
}`,
    hand: ['"numStartups": 41', '"numStartups": 42'],
  },
  {
    client: "codex-cli",
    path: ".codex/config.toml",
    mode: 0o644,
    link: true,
    text: CODEX,
    hand: ["o9", "o10"],
  },
  {
    client: "gemini-cli",
    path: ".gemini/settings.json",
    text: [
      "{",
      "\t// how it looks",
      '\t"ui": { "theme": "GitHub" },',
      '\t"hooks": {',
      '\t\t"SessionStart": [{ "hooks": [{ "type": "command", "command": "echo {}" }] }]',
      "\t},",
      '\t"mcpServers": {',
      '\t\t"memory": { "command": "npx", "args": ["-y", "server-memory"] } // another one',
      "\t}",
      "}",
      "",
    ].join("\r\n"),
    hand: ["GitHub", "Dracula"],
  },
  {
    client: "cursor",
    path: ".cursor/mcp.json",
    mode: 0o640,
    text: `{"mcpServers":{"fetch":{"command":"uvx","args":["mcp-server-fetch"]}}}`,
    hand: ["uvx", "pipx"],
  },
  {
    client: "vscode",
    path: ".config/Code/User/mcp.json",
    text: `${MARK}{
    // servers for every folder
    "servers": {
        "playwright": {
            "command": "npx",
            "args": ["@playwright/mcp@latest",],
        }, /* the browser */
    },
    "inputs": [],
}
`,
    hand: ["the browser", "a browser"],
  },
  {
    client: "claude-desktop",
    path: ".config/Claude/claude_desktop_config.json",
    text: '{\n  "globalShortcut": ""\n}\n',
    hand: ['""', '"Alt+Space"'],
  },
  {
    client: "windsurf",
    path: ".codeium/windsurf/mcp_config.json",
    link: true,
    text: '{\n  "mcpServers": {}\n}',
    hand: ['  "mcpServers"', '   "mcpServers"'],
  },
  {
    client: "zed",
    path: ".config/zed/settings.json",
    text: `// Zed settings
{
  "theme": "One Dark", // dark
  /* "context_servers": {}, */
  "languages": {
    "Rust": { "tab_size": 4 }
  }
}
// end
`,
    hand: ["One Dark", "One Light"],
  },
  {
    client: "opencode",
    path: ".config/opencode/opencode.jsonc",
    text: `{
  "$schema": "https://opencode.ai/config.json",
  "mcp": {
    "servers": {
      // the second form
      "everything": { "type": "local", "command": ["npx", "-y", "server-everything"] },
    },
  },
}
`,
    hand: ["the second form", "version 2"],
  },
];
