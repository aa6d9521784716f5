import { Modal, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { FormFoot } from "@/shared/ui/FormFoot";

import { isFolder, newPath, parentOf } from "../paths";

interface NewFileProps {
  /** What is shown: the new one is offered a place beside it. */
  beside: string;
  onPath: (path: string) => void;
  onClose: () => void;
}

/** Asks for the path of a file that is to be; it is there when it is saved. */
export function NewFile({ beside, onPath, onClose }: NewFileProps) {
  const folder = isFolder(beside) ? beside : parentOf(beside);
  const [typed, setTyped] = useState(folder ? `${folder.replace(/\/$/, "").replaceAll("\\\\", "\\")}/` : "");
  const [wrong, setWrong] = useState<string>();
  const begin = (event: FormEvent) => {
    event.preventDefault();
    const made = newPath(typed);
    if ("wrong" in made) return setWrong(made.wrong);
    onClose();
    onPath(made.path);
  };
  return (
    <Modal opened onClose={onClose} title="New file">
      <form onSubmit={begin}>
        <Stack gap="sm">
          <TextInput
            label="Path"
            description="From the root of the workspace. Folders come with it."
            placeholder="docs/notes.md"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setWrong(undefined);
            }}
            error={wrong}
            data-autofocus
          />
          <FormFoot close={onClose}>Write it</FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
