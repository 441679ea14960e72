import { KiokuError } from "../core/errors.ts";
import type { MemoryContext } from "../memory/context.ts";
import { agentsPage } from "./agents_page.ts";
import type { Guard } from "./guard.ts";
import { type Html, piece } from "./html.ts";
import { page } from "./layout.ts";
import { memoriesPage, results } from "./memories_page.ts";
import { memoryPage } from "./memory_page.ts";
import { meshPage } from "./mesh_page.ts";
import { quarantinePage } from "./quarantine_page.ts";
import { SCRIPT } from "./script.ts";
import { ICON, STYLE } from "./style.ts";
import type { View } from "./view.ts";
import { LANGUAGES, preferredLanguage, wordsOf } from "./words.ts";

/** What the pages are made from. */
export interface HandlerOptions {
  readonly guard: Guard;
  readonly memory: MemoryContext;
  readonly mesh: View["mesh"];
  readonly agents: View["agents"];
}

/**
 * Nothing comes from elsewhere and nothing goes there: no script, style or picture but ours, no frame around it, no
 * address told to whoever is linked to.
 */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** Files that hold nothing of anybody, and are the same for all. */
const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "/style.css": ["text/css", STYLE],
  "/page.js": ["text/javascript", SCRIPT],
  "/icon.svg": ["image/svg+xml", ICON],
};

/** Answers what a browser asks for. */
export function handler(options: HandlerOptions): (request: Request) => Response {
  return (request) => {
    const url = new URL(request.url);
    const admitted = options.guard.check(request, false) === undefined ? options.guard.admit(url) : undefined;
    if (admitted !== undefined) return goOn(url, "token", admitted);
    const refusal = options.guard.check(request, true);
    if (refusal !== undefined) return answer(`${refusal.reason}\n`, "text/plain", refusal.status);
    const file = FILES[url.pathname];
    if (file !== undefined) return answer(file[1], file[0], 200);
    const chosen = LANGUAGES.find((one) => one === url.searchParams.get("lang"));
    if (chosen !== undefined) return goOn(url, "lang", `kioku_lang=${chosen}; SameSite=Strict; Path=/`);
    return show(request, url, options);
  };
}

function show(request: Request, url: URL, { memory, mesh, agents }: HandlerOptions): Response {
  const kept = LANGUAGES.find((one) => request.headers.get("cookie")?.includes(`kioku_lang=${one}`));
  const language = kept ?? preferredLanguage(request.headers.get("accept-language"));
  const view: View = { memory, mesh, agents, url, language, words: wordsOf(language) };
  try {
    const shown = contentOf(view);
    if (shown !== undefined) return answer(shown.text, "text/html", 200);
    return answer(problem(view, view.words.notFound).text, "text/html", 404);
  } catch (error) {
    if (!(error instanceof KiokuError)) throw error;
    return answer(problem(view, error.message).text, "text/html", 404);
  }
}

function contentOf(view: View): Html | undefined {
  const { pathname, searchParams } = view.url;
  if (pathname === "/") return searchParams.get("part") === "results" ? results(view) : memoriesPage(view);
  if (pathname.startsWith("/memory/")) return memoryPage(view, pathname.slice("/memory/".length));
  if (pathname === "/agents") return agentsPage(view);
  if (pathname === "/mesh") return meshPage(view);
  if (pathname === "/quarantine") return quarantinePage(view);
  return undefined;
}

function problem(view: View, text: string): Html {
  return page(view, view.words.title, piece`<h1>${text}</h1><p><a href="/">${view.words.memories}</a></p>`);
}

// The same page without the parameter, so that it stays in no history and no bookmark.
function goOn(url: URL, without: string, cookie: string): Response {
  const next = new URL(url);
  next.searchParams.delete(without);
  const headers = { ...HEADERS, location: next.pathname + next.search, "set-cookie": cookie };
  return new Response(null, { status: 303, headers });
}

function answer(text: string, type: string, status: number): Response {
  return new Response(text, {
    status,
    headers: { ...HEADERS, "content-type": `${type}; charset=utf-8` },
  });
}
