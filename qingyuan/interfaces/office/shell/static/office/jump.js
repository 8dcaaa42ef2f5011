// Ctrl+K: pages of the menu at once, accounts from the server; a combobox with aria-activedescendant.
(() => {
  const dialog = document.getElementById("jump");
  if (!dialog) return;
  const input = dialog.querySelector("#jump-input");
  const list = dialog.querySelector("#jump-hits");
  const state = dialog.querySelector("#jump-state");
  const pages = [...document.querySelectorAll(".sidebar section")].flatMap((section) =>
    [...section.querySelectorAll("li a")].map((link) => ({
      title: link.querySelector("span").textContent,
      detail: section.querySelector("h2").textContent,
      url: link.href,
      words: `${link.textContent} ${link.dataset.words}`.toLowerCase(),
    })));
  let hits = [];
  let current = -1;
  let asked = 0;
  let timer = 0;

  const mark = (place) => {
    current = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  };
  const draw = (found) => {
    hits = found;
    list.replaceChildren(...found.map((hit, index) => {
      const option = document.createElement("li");
      option.id = `jump-hit-${index}`;
      option.setAttribute("role", "option");
      for (const [name, text] of [["hit-title", hit.title], ["hit-tag owed", hit.tag ?? ""], ["hit-detail", hit.detail ?? ""]]) {
        const part = document.createElement("span");
        part.className = name;
        part.textContent = text;
        option.append(part);
      }
      option.addEventListener("click", () => go(index));
      return option;
    }));
    input.setAttribute("aria-expanded", String(found.length > 0));
    state.textContent = found.length ? window.office.fill(window.office.words.results, { count: found.length }) : window.office.words.nothing;
    mark(found.length ? 0 : -1);
  };
  const go = (place) => { if (hits[place]) location.href = hits[place].url; };
  const search = async () => {
    const text = input.value.trim();
    const wanted = ++asked;
    const local = pages.filter((page) => text && page.words.includes(text.toLowerCase())).slice(0, 5);
    if (!text) { draw(pages.slice(0, 8)); return; }
    draw(local);
    const address = dialog.dataset.searchUrl;
    if (!address) return;
    const response = await fetch(`${address}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (wanted !== asked) return;
    if (!response?.ok) { state.textContent = window.office.words.offline; return; }
    draw([...(await response.json()).hits, ...local]);
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 120); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (steps[event.key] && hits.length) { event.preventDefault(); mark((current + steps[event.key] + hits.length) % hits.length); }
    if (event.key === "Enter") { event.preventDefault(); go(current); }
  });
  dialog.addEventListener("office:opened", () => { input.select(); input.focus(); search(); });
})();
