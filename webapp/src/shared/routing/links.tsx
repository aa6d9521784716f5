import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

type Plain<Props> = Props & Omit<ComponentPropsWithRef<"a">, keyof Props>;

/** A link within the app, as text. */
export const TextLink = createLink((props: Plain<AnchorProps>) => <Anchor {...props} />);

/** A link within the app that looks like a button. */
export const ButtonLink = createLink((props: Plain<ButtonProps>) => <Button component="a" {...props} />);
