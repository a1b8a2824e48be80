// What every drawing needs: elements, seconds, colours, canvases that are sharp on any screen.
"use strict";
const lab = {};
{
  const SVG = "http://www.w3.org/2000/svg";

  /** An HTML element; strings among `children` become text, so nothing in them is ever markup. */
  lab.element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

  /** The same for SVG. */
  lab.svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** Microseconds as people read them. */
  lab.seconds = (us) => `${(us / 1e6).toFixed(3)} s`;

  /** The same before and after a moment that is zero. */
  lab.sinceZero = (us) => `${us < 0 ? "−" : "+"}${lab.seconds(Math.abs(us))}`;

  /** A colour of the style sheet, which knows about light and dark. */
  lab.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  /** The colour of an epoch; there are six, and then they begin again. Each partition has epochs of its own. */
  lab.epochColour = (epoch, partition = 1) =>
    lab.colour(epoch === null || epoch < 0 ? "soft" : `epoch-${(epoch + 3 * (partition - 1)) % 6}`);

  lab.font = (pixels) => `${pixels}px system-ui, sans-serif`;

  /** Fit the canvas to its box and `height`; returns its pen, in CSS pixels. */
  lab.pen = (canvas, height) => {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(200, canvas.clientWidth);
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = lab.font(12);
    pen.textBaseline = "middle";
    return { pen, width };
  };

  /** Diagonal stripes as a fill. */
  lab.stripes = (pen, colour, gap = 5) => {
    const tile = document.createElement("canvas");
    tile.width = tile.height = gap;
    const brush = tile.getContext("2d");
    brush.strokeStyle = colour;
    brush.lineWidth = 1.4;
    brush.beginPath();
    for (const shift of [-gap, 0, gap]) {
      brush.moveTo(shift, gap);
      brush.lineTo(shift + gap, 0);
    }
    brush.stroke();
    return pen.createPattern(tile, "repeat");
  };

  /** Text no wider than `width`, cut with dots; nothing where not even a letter fits. */
  lab.fitted = (pen, text, width) => {
    if (pen.measureText(text).width <= width) return text;
    let length = Math.min(text.length, Math.floor(width / 4));
    while (length > 0 && pen.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
    return length > 0 ? `${text.slice(0, length)}…` : "";
  };

  /** A little window beside the pointer; returns what shows a text in it, or hides it when there is none. */
  lab.tip = (canvas) => {
    const box = lab.element("div", { class: "tip", hidden: "" });
    canvas.after(box);
    return (text, x, y) => {
      box.hidden = !text;
      box.textContent = text;
      box.style.left = `${Math.min(x + 12, Math.max(0, canvas.clientWidth - 340))}px`;
      box.style.top = `${canvas.offsetTop + y + 18}px`;
      canvas.style.cursor = text ? "pointer" : "grab";
    };
  };

  /** Call `draw` once before the next frame, however often it is asked for. */
  lab.onNextFrame = (draw) => {
    let isDue = false;
    return () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        draw();
      });
    };
  };
}
