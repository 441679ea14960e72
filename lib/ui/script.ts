/**
 * What makes the page quick: results while somebody types, more of them in place, `/` to search, `j` and `k` from card to
 * card, light or dark. Without it every page works all the same.
 */
export const SCRIPT = `
"use strict";
(() => {
  const root = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", () => {
      const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = isDark ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    });
    const form = document.querySelector("form.search");
    const results = document.getElementById("results");
    if (form && results) search(form, results);
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      const field = document.querySelector("input[type=search]");
      if (event.key === "/" && !typing && field) { event.preventDefault(); field.focus(); field.select(); }
      else if (event.key === "Escape" && typing) event.target.blur();
      else if ((event.key === "j" || event.key === "k") && !typing) step(event.key === "j" ? 1 : -1);
    });
  });

  function step(by) {
    const links = [...document.querySelectorAll(".card h3 a")];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  }

  function search(form, results) {
    let asked = 0;
    const show = async () => {
      const parameters = new URLSearchParams(new FormData(form));
      for (const [name, value] of [...parameters]) if (!value) parameters.delete(name);
      const address = "/" + (parameters.size ? "?" + parameters : "");
      history.replaceState(null, "", address);
      const mine = ++asked;
      parameters.set("part", "results");
      const answer = await fetch("/?" + parameters).catch(() => undefined);
      if (mine !== asked) return;
      if (!answer?.ok) return location.reload();
      results.innerHTML = await answer.text();
      const count = results.querySelectorAll(".card").length;
      document.getElementById("notice").textContent = count + (results.querySelector(".more") ? "+" : "");
    };
    let timer;
    form.addEventListener("input", (event) => {
      clearTimeout(timer);
      timer = setTimeout(show, event.target.type === "search" ? 90 : 0);
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); show(); });
    results.addEventListener("click", async (event) => {
      const link = event.target.closest(".more a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const more = new URL(link.href);
      more.searchParams.set("part", "results");
      const answer = await fetch(more);
      if (!answer.ok) return location.reload();
      const before = results.querySelectorAll(".card h3 a").length;
      link.parentElement.remove();
      results.insertAdjacentHTML("beforeend", await answer.text());
      results.querySelectorAll(".card h3 a")[before]?.focus();
    });
  }
})();
`;
