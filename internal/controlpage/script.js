// What the page does by itself: it keeps up with the fake, copies, and presses the control API's buttons. Without it
// the page reloads itself and shows no buttons.
(() => {
  "use strict";
  const root = document.documentElement, up = root.dataset.up || "./";
  const frozen = "frozen" in root.dataset, asked = "asked" in root.dataset;
  const said = document.getElementById("said"), find = document.getElementById("find");
  const byId = (id) => document.getElementById(id);
  root.classList.add("scripted");

  const gone = "The fake does not answer any more: its test has ended, or Down has taken it off the network.";

  let quiet;
  const say = (text, bad) => {
    clearTimeout(quiet);
    said.textContent = text;
    said.classList.toggle("bad", Boolean(bad));
    said.setAttribute("role", bad ? "alert" : "status");
    said.hidden = false;
    if (!bad) quiet = setTimeout(() => { said.hidden = true; }, 4000);
  };

  // write gives a text node a text. What only grows is added to, which leaves a selection in it as it is.
  const write = (node, text) => {
    if (text === node.data) return;
    if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
    else node.data = text;
  };

  // morph makes one element like another and touches only what differs, so that what is selected, focused, open or
  // scrolled stays so. Children with an id stay the same elements wherever they move.
  const morph = (now, next) => {
    if (now.isEqualNode(next)) return;
    for (const {name} of [...now.attributes]) {
      if (!next.hasAttribute(name) && !(name === "open" && now.localName === "details")) now.removeAttribute(name);
    }
    for (const {name, value} of next.attributes) {
      if (now.getAttribute(name) !== value) now.setAttribute(name, value);
    }
    if (now.localName === "input") return;
    const known = new Map();
    for (const child of now.children) if (child.id) known.set(child.id, child);
    const wanted = new Set();
    for (const child of next.children) if (child.id) wanted.add(child.id);
    let at = now.firstChild;
    const drop = () => { const gone = at; at = at.nextSibling; gone.remove(); };
    for (const child of [...next.childNodes]) {
      while (at && at.id && !wanted.has(at.id)) drop();
      const same = child.id && known.get(child.id);
      if (same) {
        while (at && at !== same && !at.id) drop(); // to move what is selected would end the selection
        if (same === at) at = at.nextSibling; else now.insertBefore(same, at);
        morph(same, child);
      } else if (at && !at.id && !child.id && at.nodeName === child.nodeName) {
        const old = at;
        at = at.nextSibling;
        if (old.nodeType === Node.ELEMENT_NODE) morph(old, child);
        else write(old, child.data);
      } else {
        now.insertBefore(document.importNode(child, true), at);
      }
    }
    while (at) drop();
  };

  let paused = false, asking = false, again = false;
  const refresh = async () => {
    if (frozen || asked) return;
    if (asking) { again = true; return; }
    asking = true;
    const query = location.search;
    try {
      const answer = await fetch(location.pathname + query, {cache: "no-store"});
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (query === location.search) { // else somebody has typed on meanwhile
        const log = byId("lines");
        const atEnd = log && log.scrollHeight - log.scrollTop - log.clientHeight < 40;
        for (const id of ["clock", "sections", "main"]) {
          const now = byId(id), next = fresh.getElementById(id);
          if (now && next) morph(now, next);
        }
        const grown = byId("lines");
        if (atEnd && grown) grown.scrollTop = grown.scrollHeight;
        document.title = fresh.title;
        if (root.dataset.gone) { delete root.dataset.gone; said.hidden = true; }
      }
    } catch {
      root.dataset.gone = "gone";
      document.title = "fakegitlab is gone";
      say(`${gone} This is what it said last.`, true);
    }
    asking = false;
    if (again) { again = false; refresh(); }
  };

  const control = async (what, body) => {
    const [method, path] = what.split(" ");
    try {
      const answer = await fetch(up + path, {method, body, headers: body ? {"Content-Type": "application/json"} : {}});
      const text = await answer.text(), told = text ? JSON.parse(text) : {};
      if (!answer.ok) {
        say(`This was refused: ${told.error.replace(/^\d+:\d+: /, "")}.`, true); // the place is one in this page's JSON
        return false;
      }
      if (told.now) say(`The fake's clock says ${told.now.replace("T", " ").replace("Z", " UTC")}.`);
      else if (told.status) say(`Job ${told.id} is ${told.status}.`);
      else if (method === "POST") say("It is as after the start.");
      else say(path.startsWith("holds") ? "It is released." : "It is removed.");
      await refresh();
      return true;
    } catch {
      say(gone, true);
      return false;
    }
  };

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { // a file, an address that is not the machine's own, or a browser that wants to ask first
      const held = document.createElement("textarea"), focus = document.activeElement;
      const selection = getSelection(), ranges = [];
      for (let i = 0; i < selection.rangeCount; i++) ranges.push(selection.getRangeAt(i).cloneRange());
      held.value = text;
      held.className = "unseen";
      document.body.append(held);
      held.select();
      const done = document.execCommand("copy");
      held.remove();
      selection.removeAllRanges();
      for (const range of ranges) selection.addRange(range);
      focus?.focus({preventScroll: true});
      return done;
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("copy" in button.dataset || "copyOf" in button.dataset) {
      const text = button.dataset.copy ?? byId(button.dataset.copyOf).textContent;
      const done = await copy(text), name = button.dataset.name ??= button.textContent;
      if (!done) { say("The browser does not let this page copy.", true); return; }
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = name; }, 1500);
    } else if (button.dataset.do) {
      if (button.dataset.sure && !confirm(button.dataset.sure)) return;
      control(button.dataset.do, button.dataset.with);
    }
  });

  byId("advance")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const by = byId("by");
    if (await control("POST advance", JSON.stringify({duration: by.value.trim()}))) by.value = "";
  });

  const pause = byId("pause");
  pause?.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
  });

  if (frozen) { // nobody answers a search here
    const look = () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of document.querySelectorAll("tbody.call, tbody:not(.call) > tr")) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    };
    find.addEventListener("input", look);
    find.form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  } else if (byId("sections")) {
    const look = () => {
      const words = find.value.trim();
      const query = words ? "?find=" + encodeURIComponent(words) : "";
      history.replaceState(null, "", location.pathname + query + location.hash);
      refresh();
    };
    find.addEventListener("input", look);
    find.form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
  }

  const log = byId("lines");
  if (log) log.scrollTop = log.scrollHeight;
  const tick = async () => {
    if (!paused && !document.hidden) await refresh();
    setTimeout(tick, 1000);
  };
  if (!frozen && !asked) setTimeout(tick, 1000);
})();
