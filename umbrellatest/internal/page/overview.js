"use strict";
// Follows the mock: when its counters have changed, the tables are fetched again and
// filled anew, each where it was scrolled to. What had the focus gets it back.
let known = document.querySelector("main").dataset.counters; // as of what is shown

async function follow() {
  try {
    const answer = await fetch("stats", { cache: "no-store" });
    const counters = await answer.json();
    const now = JSON.stringify(counters);
    if (answer.ok && now !== known) {
      const html = await (await fetch("./", { cache: "no-store" })).text();
      show(new DOMParser().parseFromString(html, "text/html"));
      tell(counters.sessions + " sessions opened, " + counters.ended + " ended, " + counters.requests + " requests, " + counters.refusals + " refused");
      known = now;
    }
  } catch {
    tell("The mock does not answer.");
  }
  setTimeout(follow, 1000);
}

function show(page) {
  const focused = document.activeElement && document.activeElement.id;
  for (const part of document.querySelectorAll(".live")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
  const again = focused && document.getElementById(focused);
  if (again && again !== document.activeElement) again.focus();
}

function tell(text) {
  const news = document.getElementById("news");
  if (news.textContent !== text) news.textContent = text;
}

follow();
