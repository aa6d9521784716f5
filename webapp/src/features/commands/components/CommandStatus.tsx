import { Status } from "@/shared/ui/Status";

import { lookOf, type Shown } from "../looks";

export const CommandStatus = ({ command }: { command: Shown }) => <Status {...lookOf(command)} />;
