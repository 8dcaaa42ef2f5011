// Keys: the register comes with the page (keys.py); a key does what its element does, or sends office:key.
(() => {
  const field = (node) => node?.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]");
  const singlesOff = () => localStorage.getItem("office-single-keys") === "off";
  const named = (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shift = event.shiftKey && /^F\d/.test(key) ? "Shift+" : "";  // of a letter it makes another key
    return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}${shift}${key}`;
  };
  const visible = (node) => node.getClientRects().length > 0;
  let leader = 0;

  const perform = (action, event) => {
    const open = document.querySelector("dialog[open]");
    const scope = open ?? document;
    const target = [...scope.querySelectorAll(`[data-key~="${action}"]`)].find(visible);
    if (target) {
      event.preventDefault();
      if (field(target)) { target.focus(); target.select?.(); } else target.click();
      return;
    }
    if (open) return;
    const sent = document.body.dispatchEvent(new CustomEvent("office:key", { detail: { action }, bubbles: true, cancelable: true }));
    if (!sent) event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const name = named(event);
    const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (single && (field(document.activeElement) || singlesOff())) return;
    if (single && leader && Date.now() - leader < 1500) {
      leader = 0;
      const entry = document.querySelector(`[data-jump-key="${name}"]`);
      if (entry) { event.preventDefault(); entry.click(); }
      return;
    }
    if (name === "g") { leader = Date.now(); return; }
    const action = window.office.keys[name];
    if (!action || (action === "back" && document.querySelector("dialog[open], details[data-closes-outside][open]"))) return;
    perform(action, event);
  });

  const box = document.querySelector("[data-single-keys]");
  if (box) {
    box.checked = !singlesOff();
    box.addEventListener("change", () => localStorage.setItem("office-single-keys", box.checked ? "on" : "off"));
  }
})();
