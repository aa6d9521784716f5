import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { AlertWholeQuery } from "../api/AlertWhole.generated";
import { STEPS } from "../looks";
import { stepsOf } from "../timeline";

import classes from "./Steps.module.css";

/** What happened to an alert, with how each message about it fared. */
export function Steps({ alert }: { alert: NonNullable<AlertWholeQuery["alert"]> }) {
  return (
    <ol className={classes.steps} aria-label="What happened">
      {stepsOf(alert).map((step) => {
        const { icon: Shape, tone } = STEPS[step.kind];
        return (
          <li key={step.key}>
            <span data-tone={tone}>
              <Shape size={18} aria-hidden />
            </span>
            <div>
              <strong>
                <SafeText text={step.what} />
              </strong>
              {step.more && (
                <div>
                  <SafeText text={step.more} />
                </div>
              )}
            </div>
            <span className={classes.dim}>
              <Time at={step.at} />
            </span>
          </li>
        );
      })}
    </ol>
  );
}
