// Versions of one artifact: mist-cli names the files <name>_<version>.<extension>.
import type { ArtifactInfo } from "../../api/types";

export interface Group {
  name: string;
  versions: ArtifactInfo[]; // the newest first
}

export function groupVersions(artifacts: readonly ArtifactInfo[]): Group[] {
  const groups = new Map<string, ArtifactInfo[]>();
  for (const artifact of artifacts) {
    const name = /^(.+)_\d[^_]*\.(jar|py|egg|zip|whl)$/.exec(artifact.name)?.[1] ?? artifact.name;
    groups.set(name, [...(groups.get(name) ?? []), artifact]);
  }
  return [...groups]
    .map(([name, versions]) => ({
      name,
      versions: versions.sort((a, b) => (b.created ?? 0) - (a.created ?? 0)),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
