import { Button, Group } from "@mantine/core";
import type { PropsWithChildren, ReactNode } from "react";

import type { Fault } from "@/shared/graphql/faults";

import { Failure } from "./Failure";

interface FormFootProps {
  fault?: Fault | undefined;
  running?: boolean;
  disabled?: boolean;
  color?: string;
  /** Beside the buttons. */
  more?: ReactNode;
  close: () => void;
}

/** The end of a form: why it was refused, the way out, and the button that sends it, which says what that does. */
export function FormFoot({ fault, running, disabled, color, more, close, children }: PropsWithChildren<FormFootProps>) {
  return (
    <>
      {fault && <Failure fault={fault} />}
      <Group justify="flex-end" gap="xs">
        {more}
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button type="submit" color={color} loading={running} disabled={disabled}>
          {children}
        </Button>
      </Group>
    </>
  );
}
