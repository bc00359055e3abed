// A pad over a drawing, whose points are moved by mouse, touch or keys.
import { html, ownKeys } from "./common.js";

// In the drawing's units `grab(place)` says whether a point is there, `drag(place)` moves it,
// `nudge(dx, dy)` steps by an arrow key (ten with Shift), `other(key)` uses another key.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
export function field({ key, label, drawing, grab, drag, nudge, other = () => false }) {
  const pad = html("div", {
    class: "wg-pad", tabindex: "0", role: "application", "data-key": key, ...ownKeys,
    "aria-label": label,
  });
  const read = ({ clientX, clientY }) => {
    const { left, top, width } = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / width;
    return [(clientX - left) * scale, (clientY - top) * scale];
  };
  pad.addEventListener("touchstart", (event) => {
    if (event.cancelable && grab(read(event.touches[0]))) event.preventDefault();
  }, { passive: false });
  let held; // fingers capture themselves
  pad.addEventListener("pointerdown", (event) => {
    held = grab(read(event));
    if (!held) return;
    pad.focus();
    pad.setPointerCapture(event.pointerId);
  });
  pad.addEventListener("pointermove", (event) => {
    if (held && pad.hasPointerCapture(event.pointerId)) drag(read(event));
  });
  pad.addEventListener("keydown", (event) => {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    const size = event.shiftKey ? 10 : 1;
    if (event.key in ARROWS) nudge(size * dx, size * dy);
    else if (!other(event.key)) return;
    event.preventDefault();
  });
  return pad;
}
