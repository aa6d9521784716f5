/** What became of bytes that were typed. */
export type Sent = { is: "sent" } | { is: "over" } | { is: "unsure"; why: string };

const CHUNK = 32 * 1024;
/** More than anybody types unseen, less than a pasted file. */
const KEPT = 256 * 1024;

/**
 * What is typed, on its way to the program: in order, never twice. What may have arrived is not sent again. What is typed
 * before the program runs waits for it.
 */
export class Typing {
  private readonly send: (data: Uint8Array) => Promise<Sent>;
  private readonly say: (text: string) => void;
  private kept = new Uint8Array(0);
  private runs = false;
  private sending = false;
  private over = false;

  constructor(send: (data: Uint8Array) => Promise<Sent>, say: (text: string) => void) {
    this.send = send;
    this.say = say;
  }

  typed(data: Uint8Array): void {
    if (this.over) return;
    if (this.kept.length + data.length > KEPT)
      return this.say("More is not taken until the server has what was typed.");
    const all = new Uint8Array(this.kept.length + data.length);
    all.set(this.kept);
    all.set(data, this.kept.length);
    this.kept = all;
    this.sendKept();
  }

  /** The program runs. */
  begin(): void {
    this.runs = true;
    this.sendKept();
  }

  private sendKept(): void {
    if (this.runs && !this.sending) void this.sendAll();
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    while (this.kept.length > 0 && !this.over) {
      const data = this.kept.slice(0, CHUNK);
      this.kept = this.kept.slice(data.length);
      const sent = await this.send(data);
      if (sent.is === "over") this.over = true;
      if (sent.is === "unsure") this.say(`${sent.why} ${data.length} bytes that you typed may not have arrived.`);
    }
    this.sending = false;
  }
}
