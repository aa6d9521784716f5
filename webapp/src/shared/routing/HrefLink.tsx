import { Anchor, type AnchorProps } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, PropsWithChildren } from "react";

/** For the click handler of a link within the app: with a key held, the browser opens it as it opens others. */
export function useFollow(): (address: string, event: MouseEvent) => void {
  const router = useRouter();
  return (address, event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void router.navigate({ href: address });
  };
}

/** Goes to an address within the app, after something was done. */
export function useGo(): (address: string) => void {
  const router = useRouter();
  return (address) => void router.navigate({ href: address });
}

/** A link within the app to an address that is known as text. */
export function HrefLink({ href, children, ...rest }: PropsWithChildren<AnchorProps & { href: string }>) {
  const follow = useFollow();
  return (
    <Anchor href={href} {...rest} onClick={(event) => follow(href, event)}>
      {children}
    </Anchor>
  );
}
