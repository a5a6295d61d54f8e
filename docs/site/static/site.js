// What scrolls sideways can be reached by the keyboard.
const boxes = document.querySelectorAll("pre, .table-wrapper");

function update() {
  for (const box of boxes) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

window.addEventListener("resize", update);
window.addEventListener("load", update);
