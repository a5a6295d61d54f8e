import { describe, expect, it } from "vitest";

import { firstLineOfCause, parseError } from "../src/state/error_text";

const JAVA = `org.apache.spark.SparkException: Job aborted due to stage failure
with two lines
\tat org.apache.spark.Foo.bar(Foo.scala:1)
\t... 20 more
Caused by: java.lang.RuntimeException: outer
\tat a.B.c(B.java:3)
Caused by: java.lang.IllegalArgumentException: the innermost
  has a second line
\tat d.E.f(E.java:9)
\t... 3 common frames omitted`;

const TRACEBACK = "Traceback (most recent call last):";

const PYTHON = `${TRACEBACK}
  File "a.py", line 1, in f
    raise ValueError("cannot read\\n'x'")
ValueError: cannot read
'x'

During handling of the above exception, another exception occurred:

${TRACEBACK}
  File "a.py", line 3, in f
RuntimeError: the load failed
`;

describe("parseError", () => {
  it("finds the innermost cause of Java", () => {
    expect(parseError(JAVA)).toEqual({
      cause: "java.lang.IllegalArgumentException: the innermost\n  has a second line",
      stack: JAVA,
    });
  });

  it("takes the message above the frames when there is no cause", () => {
    expect(parseError("a.B: boom\n\tat c.D.e(D.java:1)").cause).toBe("a.B: boom");
  });

  it("finds what Python raised first", () => {
    expect(parseError(PYTHON)).toEqual({
      cause: "ValueError: cannot read\n'x'",
      stack: PYTHON.trim(),
    });
    const chained = PYTHON.replace(
      "During handling of the above exception, another exception occurred",
      "The above exception was the direct cause of the following exception",
    );
    expect(parseError(chained).cause).toBe("ValueError: cannot read\n'x'");
  });

  it("knows Python's errors of any name", () => {
    const text = `${TRACEBACK}\n  File "a.py", line 1, in f\n    raise Broken(1)\nown.Broken: 1`;
    expect(parseError(text).cause).toBe("own.Broken: 1");
    expect(parseError(TRACEBACK).cause).toBe(TRACEBACK); // cut short
  });

  it("finds Python's error within one of Java", () => {
    const wrapped = `py4j.Py4JException: x\n\tat a.B.c(D.java:1)\n${PYTHON}`;
    expect(parseError(wrapped).cause).toBe("ValueError: cannot read\n'x'");
    const caused = `a.B: failed\n\tat a.B.c(D.java:1)\nCaused by: a.PythonException: ${PYTHON}\n\tat d.E.f(E.java:1)`;
    expect(parseError(caused).cause).toBe("ValueError: cannot read\n'x'");
  });

  it("tells the same cause in one line", () => {
    const failed = `java.lang.Exception: Error in python code: ${PYTHON}\n\tat a.B.c(D.java:1)`;
    expect(firstLineOfCause(failed)).toBe("ValueError: cannot read");
  });

  it("finds Python's error behind what the worker writes before it", () => {
    expect(
      parseError(`java.lang.Exception: Error in python code: ${PYTHON}\n\tat a.B.c(D.java:1)`)
        .cause,
    ).toBe("ValueError: cannot read\n'x'");
  });

  it("leaves a short error alone", () => {
    expect(parseError("Worker was stopped")).toEqual({ cause: "Worker was stopped", stack: "" });
    expect(parseError("")).toEqual({ cause: "", stack: "" });
  });
});
