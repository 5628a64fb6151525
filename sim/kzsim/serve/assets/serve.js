// What reading does not need: checking a form while it is filled in, and a simulation's progress without reloading.
"use strict";

const CHECK_AFTER_MS = 350;
const ASK_AFTER_MS = 700;

function checkedForm(form) {
  let waiting = 0;
  let latest = 0;

  async function check() {
    latest += 1;
    const number = latest;
    let found;
    try {
      const sent = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.check, { method: "POST", body: sent });
      if (!answer.ok) throw new Error(answer.statusText);
      found = await answer.json();
    } catch {
      if (number === latest) say("Not checked: the server does not answer.");
      return;
    }
    if (number === latest) show(found);
  }

  function say(text) {
    const verdict = document.getElementById("verdict");
    if (verdict.textContent !== text) verdict.textContent = text;
  }

  function show(found) {
    say(found.verdict);
    document.getElementById("remarks").innerHTML = found.list; // escaped by the server
    document.getElementById("yaml").textContent = found.yaml;
    const byControl = new Map();
    for (const remark of found.remarks) {
      byControl.set(remark.control, [...(byControl.get(remark.control) || []), remark]);
    }
    for (const place of form.querySelectorAll("[data-control]")) {
      mark(place.dataset.control, byControl.get(place.dataset.control) || []);
    }
    mark("file-name", found.name ? [{ message: found.name, warning: false }] : []);
  }

  function mark(key, remarks) {
    const control = document.getElementById(key);
    const place = document.getElementById(`${key}-remark`);
    if (remarks.some((remark) => !remark.warning)) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
    place.replaceChildren(
      ...remarks.map((remark) => {
        const line = document.createElement("span");
        line.className = remark.warning ? "warn" : "bad";
        line.textContent = (remark.warning ? "Warning: " : "Mistake: ") + remark.message;
        return line;
      }),
    );
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(check, CHECK_AFTER_MS);
  });
  document.getElementById("remarks").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    const control = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    for (let above = control; above; above = above.parentElement) {
      if (above.tagName === "DETAILS") above.open = true;
    }
    event.preventDefault();
    const first = control.matches("fieldset") ? control.querySelector("input") : control;
    first.focus();
    first.scrollIntoView({ block: "center" });
  });
}

function followedJob(job) {
  async function ask() {
    try {
      const answer = await fetch(job.dataset.poll);
      const found = await answer.json();
      if (found.state !== "running" || String(found.number) !== job.dataset.number) {
        location.reload();
        return;
      }
      const state = document.getElementById("state");
      if (state.textContent !== found.said) state.textContent = found.said;
      if (found.total) {
        const bar = document.getElementById("progress");
        bar.max = found.total;
        bar.value = found.done;
      }
    } catch {
      document.getElementById("state").textContent = "The server does not answer; was it stopped?";
    }
    setTimeout(ask, ASK_AFTER_MS);
  }
  setTimeout(ask, ASK_AFTER_MS);
}

const form = document.getElementById("scenario");
if (form) checkedForm(form);
const job = document.getElementById("job");
if (job) followedJob(job);
