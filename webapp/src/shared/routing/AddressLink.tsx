import { Anchor, type AnchorProps } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, PropsWithChildren } from "react";

interface AddressLinkProps extends AnchorProps {
  address: string;
}

/** A link to an address that is made of parts, such as a page of another feature. */
export function AddressLink({ address, children, ...rest }: PropsWithChildren<AddressLinkProps>) {
  const router = useRouter();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ href: address });
  };
  return (
    <Anchor inherit href={address} onClick={follow} {...rest}>
      {children}
    </Anchor>
  );
}
