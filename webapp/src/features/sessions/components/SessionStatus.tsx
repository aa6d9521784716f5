import type { SessionState } from "@/shared/graphql/schema.generated";
import { Status } from "@/shared/ui/Status";

import { looks } from "../looks";

export const SessionStatus = ({ state }: { state: SessionState }) => <Status {...looks[state]} />;
