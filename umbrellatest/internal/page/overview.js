"use strict";
// Follows the mock: when its counters have changed, the tables are fetched again and
// filled anew, each where it was scrolled to. What had the focus gets it back.
let known = document.querySelector("main").dataset.counters; // as of what is shown

async function follow() {
  try {
    const counters = await (await get("stats")).json();
    const now = JSON.stringify(counters);
    if (now !== known) {
      const html = await (await get("./")).text();
      show(new DOMParser().parseFromString(html, "text/html"));
      tell(counters.sessions + " sessions opened, " + counters.ended + " ended, " + counters.requests + " requests, " + counters.refusals + " refused");
      known = now;
    }
  } catch {
    known = ""; // what comes back may be another mock with the same counters
    tell("The mock does not answer: what is below may be old.", true);
  }
  setTimeout(follow, 1000);
}

async function get(path) {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok) throw new Error(answer.status);
  return answer;
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

// tell has screen readers say a text, and shows it to all if it is bad news.
function tell(text, bad = false) {
  const news = document.getElementById("news");
  news.classList.toggle("unseen", !bad);
  if (news.textContent !== text) news.textContent = text;
}

follow();
