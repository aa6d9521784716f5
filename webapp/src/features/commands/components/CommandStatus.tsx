import { Status } from "@/shared/ui/Status";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { lookOf } from "../looks";

export const CommandStatus = ({ command }: { command: CommandShownFragment }) => <Status {...lookOf(command)} />;
