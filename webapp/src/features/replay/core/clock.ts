/** What of the record's time has passed, by the viewer's. */
export const SPEEDS: readonly number[] = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];
/** No pause lasts longer where idle time is skipped, in seconds of the record. */
export const IDLE_SECONDS = 2;

export class Clock {
  /** Seconds of the record. */
  at = 0;
  end = 0;
  speed = 1;
  skipsIdle = true;
  playing = false;
  /** Seconds of the record played since something last happened. */
  private quiet = 0;

  /** `passed`: seconds of the viewer. `due`: when the next thing happens in the record; undefined: nothing more. */
  advance(passed: number, due: number | undefined): void {
    if (!this.playing) return;
    const happens = Math.min(due ?? this.end, this.end);
    let goal = this.at + Math.max(0, passed) * this.speed;
    if (goal < happens) {
      this.quiet += goal - this.at;
      if (this.skipsIdle && this.quiet >= IDLE_SECONDS) {
        goal = happens;
        this.quiet = 0;
      }
    } else this.quiet = 0;
    this.at = Math.min(goal, this.end);
    if (this.at >= this.end) this.playing = false;
  }

  seek(moment: number): void {
    this.at = Math.min(Math.max(0, moment), this.end);
    this.quiet = 0;
  }

  faster(): void {
    this.speed = SPEEDS.find((each) => each > this.speed) ?? this.speed;
  }

  slower(): void {
    this.speed = SPEEDS.findLast((each) => each < this.speed) ?? this.speed;
  }
}
