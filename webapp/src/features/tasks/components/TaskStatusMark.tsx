import type { TaskPriority, TaskStatus } from "@/shared/graphql/schema.generated";
import { Status } from "@/shared/ui/Status";

import { looks, priorities } from "../looks";

export const TaskStatusMark = ({ status }: { status: TaskStatus }) => <Status {...looks[status]} />;

export const PriorityMark = ({ priority }: { priority: TaskPriority }) => <Status {...priorities[priority]} />;
