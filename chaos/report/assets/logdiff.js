// Bytes and the fields that they belong to: pointing at one marks both, in their piece of the log.
"use strict";
{
  const caption = document.querySelector(".key output");

  /** The field that the element stands for, and the piece in which it counts; nothing for all else. */
  function meant(element) {
    const part = element instanceof Element ? element.closest("[data-f]") : null;
    return part ? { piece: part.closest(".piece"), field: part.dataset.f } : null;
  }

  function mark(target) {
    for (const part of document.querySelectorAll(".is-marked")) part.classList.remove("is-marked");
    const what = meant(target);
    if (!what) return;
    for (const part of what.piece.querySelectorAll(`[data-f="${what.field}"]`)) part.classList.add("is-marked");
    const [name, value] = what.piece.querySelectorAll(`.fields [data-f="${what.field}"] > *`);
    caption.textContent = `${name.textContent}: ${value.textContent}`;
  }

  document.addEventListener("pointerover", (event) => mark(event.target));
  document.addEventListener("focusin", (event) => mark(event.target));

  // A click on a byte leads to its field, which may be folded away.
  document.addEventListener("click", (event) => {
    const what = meant(event.target);
    const field = what && what.piece.querySelector(`.fields [data-f="${what.field}"]`);
    if (!field || field.contains(event.target)) return;
    field.closest("details").open = true;
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "nearest" });
  });
}
