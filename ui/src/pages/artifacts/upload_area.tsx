// Takes files by drop or choice and uploads them one after the other.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, upload } from "../../api/client";
import { ErrorBox } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { toast } from "../../components/toasts";
import { texts } from "../../texts";

interface Sending {
  name: string;
  share: number; // 0 to 1
  abort: () => void;
}

interface Failed {
  name: string;
  error: unknown;
}

export function UploadArea(props: { onUploaded: () => void }): JSX.Element {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending | undefined>();
  const [taken, setTaken] = useState<readonly File[]>([]); // asked about one after the other
  const [failed, setFailed] = useState<readonly Failed[]>([]);
  const input = useRef<HTMLInputElement>(null);

  const send = async (file: File, force: boolean) => {
    const call = upload("/artifacts", file, { force }, (sent, total) =>
      setSending((now) => now && { ...now, share: sent / Math.max(total, 1) }),
    );
    setSending({ name: file.name, share: 0, abort: call.abort });
    try {
      await call.done;
      toast(texts.artifacts.uploaded(file.name));
      props.onUploaded();
    } finally {
      setSending(undefined);
    }
  };
  const take = async (files: readonly File[]) => {
    const conflicts: File[] = [];
    const failures: Failed[] = [];
    setFailed([]);
    for (const file of files) {
      try {
        await send(file, false);
      } catch (error) {
        if (error instanceof ApiError && error.status === 409) conflicts.push(file);
        else failures.push({ name: file.name, error });
      }
    }
    setTaken(conflicts);
    setFailed(failures);
  };
  useStayOnDrop();
  const conflict = taken[0];

  return (
    <div class="stack">
      <div
        class={`upload${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take([...(event.dataTransfer?.files ?? [])]);
        }}
      >
        <span>{texts.artifacts.drop}</span>
        <button
          type="button"
          disabled={sending !== undefined}
          onClick={() => input.current?.click()}
        >
          {texts.artifacts.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-label={texts.artifacts.choose}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = "";
            void take(files);
          }}
        />
      </div>
      {sending && (
        <div class="actions" role="status">
          <label class="field sending">
            {texts.artifacts.uploading(sending.name, `${Math.floor(sending.share * 100)} %`)}
            <progress max={1} value={sending.share} />
          </label>
          <button type="button" class="small" onClick={sending.abort}>
            {texts.artifacts.stop}
          </button>
        </div>
      )}
      {failed.map(({ name, error }) => (
        <ErrorBox key={name} title={texts.artifacts.notStored(name)} error={error} />
      ))}
      {conflict && (
        <Confirm
          key={conflict.name}
          title={texts.artifacts.taken(conflict.name)}
          action={texts.artifacts.replace}
          work={() => send(conflict, true)}
          onClose={() => setTaken((files) => files.filter((file) => file !== conflict))}
        >
          <p>{texts.artifacts.takenText}</p>
        </Confirm>
      )}
    </div>
  );
}

// A browser opens a file that is dropped beside the box, instead of the page.
function useStayOnDrop(): void {
  useEffect(() => {
    const stay = (event: DragEvent) => event.preventDefault();
    window.addEventListener("dragover", stay);
    window.addEventListener("drop", stay);
    return () => {
      window.removeEventListener("dragover", stay);
      window.removeEventListener("drop", stay);
    };
  }, []);
}
