// Points that are moved on a picture.
import { html, ownKeys } from "./common.js";

// A field over a drawing on which points are moved by mouse, touch or keys. In the drawing's own
// units, `grab(place)` says whether a point is there, `drag(place)` moves it, `nudge(dx, dy)` is one
// step by an arrow key (ten with Shift), and `other(key)` says whether it used any other key.
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
    if (grab(read(event.touches[0]))) event.preventDefault();
  }, { passive: false });
  pad.addEventListener("pointerdown", (event) => {
    if (!grab(read(event))) return;
    pad.focus();
    pad.setPointerCapture(event.pointerId);
  });
  pad.addEventListener("pointermove", (event) => {
    if (pad.hasPointerCapture(event.pointerId)) drag(read(event));
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
