import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";

/** A word is typed in less. */
const TYPED_MS = 300;

interface NarrowingInputProps {
  label: string;
  placeholder: string;
  /** As it stands in the address. */
  text?: string;
  /** Takes what has been typed, once nothing more came for a moment; nothing where it is empty. */
  go: (text: string | undefined) => void;
  icon?: ReactNode;
  className?: string;
}

/** Narrows the list on its page to what is typed. */
export function NarrowingInput({ label, placeholder, text = "", go, icon, className }: NarrowingInputProps) {
  const [typed, setTyped] = useState(text);
  const [known, setKnown] = useState(text);
  const later = useDebouncedCallback((next: string) => go(next.trim() || undefined), TYPED_MS);
  const router = useRouter();
  useEffect(
    // The page stays until the next one is there, and what is pending would lead back to it.
    () => router.subscribe("onBeforeNavigate", ({ pathChanged }) => pathChanged && later.cancel()),
    [router, later],
  );
  if (text !== known) {
    setKnown(text);
    if (text !== typed.trim() && !later.isPending()) setTyped(text);
  }
  return (
    <TextInput
      size="xs"
      type="search"
      className={className}
      aria-label={label}
      placeholder={placeholder}
      leftSection={icon}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}
