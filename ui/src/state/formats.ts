// How numbers and times read.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function duration(ms: number): string {
  if (ms < 0) ms = 0;
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

export function ago(ms: number): string {
  if (ms < 5 * SECOND) return "just now";
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} d ago`;
}

const two = (n: number) => String(n).padStart(2, "0");

export function localTime(ms: number): string {
  const d = new Date(ms);
  const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${day} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

export function utcTime(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").slice(0, 19) + " UTC";
}

export type TimeStyle = "relative" | "local" | "utc";

// A moment where it cannot be told by its age.
export function moment(ms: number, style: TimeStyle): string {
  return style === "utc" ? utcTime(ms) : localTime(ms);
}

// Labels of an axis whose marks are `step` apart: the time of day, with the day where one begins.
export function axisTimes(marks: readonly number[], step: number, style: TimeStyle): string[] {
  let before = "";
  return marks.map((ms) => {
    const [day, time] = moment(ms, style).split(" ") as [string, string];
    const isNew = day !== before;
    before = day;
    if (step >= DAY) return day.slice(5);
    return time.slice(0, 5) + (isNew ? `\n${day.slice(5)}` : "");
  });
}

// Of a line of a log: to the millisecond, `relative` since the job was made.
export function lineTime(ms: number, style: TimeStyle, begin: number): string {
  const millis = (of: number) => String(of % SECOND).padStart(3, "0");
  if (style === "local") return `${localTime(ms)}.${millis(ms)}`;
  if (style === "utc") return new Date(ms).toISOString().replace("T", " ");
  const since = Math.abs(ms - begin);
  const hours = Math.floor(since / HOUR);
  const minutes = Math.floor((since % HOUR) / MINUTE);
  const seconds = two(Math.floor((since % MINUTE) / SECOND));
  const rest = `${seconds}.${millis(since)}`;
  return `${ms < begin ? "-" : "+"}${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${rest}`;
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} B`;
  for (const unit of ["KiB", "MiB", "GiB"]) {
    n /= 1024;
    if (n < 1024 || unit === "GiB") return `${n.toFixed(n < 10 ? 1 : 0)} ${unit}`;
  }
  return `${n}`;
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

// The part of an id of version 7 that tells jobs of one moment apart.
export function shortId(id: string): string {
  return id.length === 36 ? id.slice(-12) : id;
}

// Text of somebody else's, for one line: control characters shown as what they are, marks that turn the direction of
// writing taken away.
export function oneLine(text: string, most = 200): string {
  const cut = text.length > most ? text.slice(0, most) + "…" : text;
  return cut
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) =>
      c === "\n" || c === "\t" ? " " : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
}
