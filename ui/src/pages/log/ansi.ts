// Escape sequences of terminals: colours become classes, all others are taken away; other control characters are shown as
// what they are. Text stays text: nothing of it is ever taken for HTML.

export interface Piece {
  text: string;
  classes: string; // "ansi-red ansi-bold"
  control?: boolean; // a control character, spelled out
}

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// CSI sequences, OSC sequences (titles, links), and the other escapes of two characters.
const SPECIAL =
  /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

interface Style {
  colour?: string;
  bold?: boolean;
  underline?: boolean;
}

export function parseAnsi(text: string): Piece[] {
  const pieces: Piece[] = [];
  let style: Style = {};
  let at = 0;
  const push = (part: string, control = false) => {
    if (part) pieces.push({ text: part, classes: classesOf(style), ...(control && { control }) });
  };
  for (const match of text.matchAll(SPECIAL)) {
    push(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === "m") style = restyled(style, match[1]!);
    else if (match[0].length === 1) push(spelled(match[0]), true);
  }
  push(text.slice(at));
  return pieces;
}

function spelled(c: string): string {
  return c === "\r" ? "\\r" : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function classesOf(style: Style): string {
  return [
    style.colour && `ansi-${style.colour}`,
    style.bold && "ansi-bold",
    style.underline && "ansi-underline",
  ]
    .filter(Boolean)
    .join(" ");
}

function restyled(style: Style, parameters: string): Style {
  let now = { ...style };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < codes.length; ++i) {
    const code = codes[i]!;
    if (code === 0) now = {};
    else if (code === 1) now.bold = true;
    else if (code === 4) now.underline = true;
    else if (code === 22) delete now.bold;
    else if (code === 24) delete now.underline;
    else if (code === 39) delete now.colour;
    else if (code >= 30 && code <= 37) now.colour = COLOURS[code - 30]!;
    else if (code >= 90 && code <= 97) now.colour = COLOURS[code - 90]!;
    // Colours of palettes: their numbers are no codes.
    else if (code === 38 || code === 48) i += codes[i + 1] === 2 ? 4 : 2;
  }
  return now;
}

// The pieces with what is searched for set apart.
export interface Marked extends Piece {
  found?: boolean;
}

export function markFound(pieces: Piece[], wanted: string): Marked[] {
  if (!wanted) return pieces;
  const needle = wanted.toLowerCase();
  return pieces.flatMap((piece) => {
    const marked: Marked[] = [];
    const lower = piece.text.toLowerCase();
    // Some letters change their length with their case.
    if (lower.length !== piece.text.length) return [piece];
    let at = 0;
    for (let found = lower.indexOf(needle); found >= 0; found = lower.indexOf(needle, at)) {
      if (found > at) marked.push({ ...piece, text: piece.text.slice(at, found) });
      at = found + needle.length;
      marked.push({ ...piece, text: piece.text.slice(found, at), found: true });
    }
    if (at < piece.text.length) marked.push({ ...piece, text: piece.text.slice(at) });
    return marked;
  });
}
