// What failed, out of an error's text: the innermost cause first, the stack apart.

export interface ParsedError {
  cause: string; // what a reader wants to know first
  stack: string; // everything, as it came; empty when the cause says all
}

const JAVA_FRAME = /^\s*(at |\.\.\. \d+ (more|common))/;
const TRACEBACK = "Traceback (most recent call last)";

export function parseError(text: string): ParsedError {
  const trimmed = text.trim();
  const lines = trimmed.split("\n");
  const caused = lines.findLastIndex((line) => line.trimStart().startsWith("Caused by: "));
  const java = withoutFrames(lines.slice(Math.max(caused, 0))).replace(/^\s*Caused by: /, "");
  const cause = firstPythonError(caused < 0 ? lines : java.split("\n")) ?? java;
  return { cause, stack: cause === trimmed ? "" : trimmed };
}

export function firstLineOfCause(text: string): string {
  return parseError(text).cause.split("\n", 1)[0]!;
}

// The message, which may have several lines, up to the first frame.
function withoutFrames(lines: string[]): string {
  const end = lines.findIndex(
    (line, i) => i > 0 && (JAVA_FRAME.test(line) || /^\s*Caused by: /.test(line)),
  );
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .join("\n")
    .trim();
}

// Of errors in a chain Python tells the root first, each later one with a traceback of its own. The error stands below the
// frames, which are indented.
function firstPythonError(lines: string[]): string | undefined {
  const traceback = lines.findIndex((line) => line.includes(TRACEBACK));
  if (traceback < 0) return undefined;
  const at = lines.findIndex((line, i) => i > traceback && /^\S/.test(line));
  if (at < 0) return undefined;
  const rest = lines.slice(at);
  const end = rest.findIndex(
    (line, i) => i > 0 && (line.trim() === "" || line.includes(TRACEBACK) || JAVA_FRAME.test(line)),
  );
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join("\n")
    .trim();
}
