import { Html, piece } from "./html.ts";
import type { View } from "./view.ts";

/** The pages that the navigation leads to. */
const PAGES = [
  { path: "/", name: "memories", icon: "M4 5h16M4 12h16M4 19h10" },
  {
    path: "/agents",
    name: "agents",
    icon: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
  },
  {
    path: "/mesh",
    name: "mesh",
    icon: "M12 5v6M12 13l-6 5M12 13l6 5M12 3a2 2 0 1 0 .1 0M5 19a2 2 0 1 0 .1 0M19 19a2 2 0 1 0 .1 0",
  },
  { path: "/quarantine", name: "quarantine", icon: "M12 3l9 17H3zM12 10v4M12 17v.5" },
] as const;

/** A whole page around its content. */
export function page({ words, language, url }: View, title: string, content: Html): Html {
  const other = new URL(url);
  other.searchParams.set("lang", language === "en" ? "ja" : "en");
  const first = `/${url.pathname.split("/")[1] ?? ""}`;
  const current = first === "/memory" ? "/" : first;
  return piece`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – kioku-mesh</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script src="/page.js"></script>
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header>
<p class="brand">kioku<span>-mesh</span></p>
<nav aria-label="${words.title}">${
    PAGES.map(({ path, name, icon }) =>
      piece`<a href="${path}"${
        path === current ? new Html(' aria-current="page"') : undefined
      }><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icon}"/></svg><span>${words[name]}</span></a>`
    )
  }</nav>
<p class="tools"><a hreflang="${language === "en" ? "ja" : "en"}" lang="${
    language === "en" ? "ja" : "en"
  }" href="${other.pathname + other.search}">${words.otherLanguage}</a>
<button type="button" id="theme" aria-label="${words.theme}"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18"/></svg></button></p>
</header>
<main id="content" tabindex="-1">
${content}
</main>
</body>
</html>
`;
}
