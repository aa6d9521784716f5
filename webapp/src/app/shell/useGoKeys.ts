import { useRouter } from "@tanstack/react-router";
import { useEffect, useEffectEvent } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { isTyping } from "@/shared/keyboard/typing";

import { addressOf, entriesOf } from "./entries";
import { useCurrentSlug } from "./useCurrentSlug";

const WITHIN_MS = 1500;

interface GoKey {
  key: string;
  label: string;
  address: string;
}

/** `g` and then a letter goes to a page. */
export function useGoKeys(): GoKey[] {
  const slug = useCurrentSlug();
  const { may } = useViewer();
  const router = useRouter();
  const entries = [...(slug ? entriesOf("project", may) : []), ...entriesOf("server", may)];
  const keys = entries.flatMap((each) =>
    each.key ? [{ key: each.key, label: each.label, address: addressOf(each, slug) }] : [],
  );
  const go = useEffectEvent((key: string) => {
    const found = keys.find((each) => each.key === key);
    if (found) void router.navigate({ href: found.address });
  });
  useEffect(() => {
    let at = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.timeStamp - at < WITHIN_MS) go(event.key);
      at = event.key === "g" ? event.timeStamp : 0;
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return keys;
}
