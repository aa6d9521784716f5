import type { BudgetPeriodShownFragment } from "../api/BudgetPeriodShown.generated";
import { type Bar, barsOf, percent } from "../bars";

import classes from "./UsedBar.module.css";

interface UsedBarsProps {
  period: BudgetPeriodShownFragment;
  tone: "good" | "warn" | "bad" | "busy" | "quiet";
  size?: "sm" | "lg";
}

/** Of each limit a bar: what is spent, what is reserved, and where the limit is when more is used. */
export const UsedBars = ({ period, tone, size = "sm" }: UsedBarsProps) =>
  barsOf(period).map((bar) => <UsedBar key={bar.unit} bar={bar} tone={tone} size={size} />);

function UsedBar({ bar, tone, size }: { bar: Bar; tone: string; size: string }) {
  const { said } = bar;
  const words = `${said.spent} of ${said.limit}${bar.unit === "tokens" ? " tokens" : ""}`;
  const held = bar.reserved > 0 ? `, ${said.reserved} reserved` : "";
  return (
    <div className={classes.used} data-tone={tone} data-size={size}>
      <div
        className={classes.track}
        role="meter"
        aria-label={`Spent ${bar.unit}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(bar.share * 100))}
        aria-valuetext={`${percent(bar.share)}: ${words} spent${held}, ${said.left} left`}
      >
        <div className={classes.spent} style={{ width: `${bar.spent * 100}%` }} />
        <div className={classes.reserved} style={{ width: `${bar.reserved * 100}%` }} />
        {bar.limitAt < 1 && <div className={classes.limit} style={{ left: `${bar.limitAt * 100}%` }} />}
      </div>
      <div className={classes.said}>
        <span>
          <strong>{percent(bar.share)}</strong> · {words}
        </span>
        <span className={classes.dim}>
          {bar.reserved > 0 && `${said.reserved} reserved · `}
          {said.left} left
        </span>
      </div>
    </div>
  );
}
