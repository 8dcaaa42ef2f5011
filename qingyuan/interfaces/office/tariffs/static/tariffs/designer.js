// The designer: arrow keys press the ▲▼ of their field. All arithmetic is the server's.
(() => {
  const ofDesigner = (event) => event.detail?.ctx?.target?.id === "designer";
  let stepping = "";
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("#designer-form [data-steps]");
    if (!field || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const button = document.getElementById(`${event.key === "ArrowUp" ? "up" : "down"}-${field.name}`);
    if (!button || stepping) return; // the answer to the last step is still on its way
    stepping = field.id;
    button.click();
  });
  // A choice made by hand no longer follows its attribute; after a swap what the server wrote counts.
  const settled = () => {
    document.querySelectorAll("#designer input[type=checkbox]").forEach((box) => { box.checked = box.hasAttribute("checked"); });
    document.querySelectorAll("#designer-sheet select").forEach((list) => {
      if (list !== document.activeElement) list.selectedIndex = Math.max(0, [...list.options].findIndex((one) => one.hasAttribute("selected")));
    });
  };
  // What was folded open stays open: the server does not know of it.
  const folds = () => [...document.querySelectorAll("#designer-answers details")];
  let open = [];
  document.addEventListener("htmx:before:swap", () => { open = folds().map((fold) => fold.open); });
  document.addEventListener("htmx:after:swap", (event) => {
    folds().forEach((fold, place) => { if (open[place]) fold.open = true; });
    if (!ofDesigner(event)) return;
    // The swap leaves what the focused field shows to the person typing; a stepped field shows the answer.
    const field = stepping && document.getElementById(stepping);
    if (field) field.value = field.getAttribute("value") ?? "";
    settled();
    // A pressed button is a change like a typed one: ask for the answers once more, and warn before leaving.
    document.getElementById("designer-form")?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  document.addEventListener("htmx:finally:request", (event) => { if (ofDesigner(event)) stepping = ""; });
})();
