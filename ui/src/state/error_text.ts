// What failed, out of an error's text: the innermost cause first, the stack apart.

export interface ParsedError {
  cause: string; // what a reader wants to know first
  stack: string; // everything, as it came; empty when the cause says all
}

const JAVA_FRAME = /^\s*(at |\.\.\. \d+ (more|common))/;
const PYTHON_END = /^[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Warning)\b(:.*)?$/;

export function parseError(text: string): ParsedError {
  const trimmed = text.trim();
  const lines = trimmed.split("\n");
  const caused = lines.findLastIndex((line) => line.trimStart().startsWith("Caused by: "));
  const python = lines.some((line) => line.includes("Traceback (most recent call last)"));
  let cause: string;
  if (caused >= 0) cause = withoutFrames(lines.slice(caused)).replace(/^\s*Caused by: /, "");
  else if (python) cause = lastPythonError(lines) ?? lines[0]!;
  else cause = withoutFrames(lines);
  return { cause, stack: cause === trimmed ? "" : trimmed };
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

function lastPythonError(lines: string[]): string | undefined {
  const at = lines.findLastIndex((line) => PYTHON_END.test(line));
  if (at < 0) return undefined;
  const rest = lines.slice(at);
  const end = rest.findIndex(
    (line, i) =>
      i > 0 && (line.trim() === "" || line.startsWith("Traceback") || JAVA_FRAME.test(line)),
  );
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join("\n")
    .trim();
}
